namespace Akashi.Traces.Help;

/// <param name="Query">Can be run as it is.</param>
/// <param name="Key">Of the text that says what it finds.</param>
internal sealed record HelpExample(string Query, string Key);

/// <param name="Key">Of its title and its introduction.</param>
internal sealed record HelpSection(string Key, IReadOnlyList<HelpExample> Examples);

/// <summary>The examples of the help page. A test runs each of them over prepared traces.</summary>
internal static class HelpExamples
{
    public static readonly IReadOnlyList<HelpSection> Sections =
    [
        new("Words",
        [
            new("powershell", "Words1"),
            new(@"""net user""", "Words2"),
            new("*", "Words3"),
        ]),
        new("Fields",
        [
            new("evt:ps subEvt:start", "Fields1"),
            new("com:HOST01 evt:file", "Fields2"),
            new(@"psPath:""C:\Program Files\App\app.exe""", "Fields3"),
            new(@"cmd:""app.exe """"C:\work\a b.txt""""""", "Fields4"),
            new("usr:=Administrator", "Fields5"),
        ]),
        new("Patterns",
        [
            new("path:*.xlsx", "Patterns1"),
            new("com:PC-0??", "Patterns2"),
            new(@"path:*""Program Files""*", "Patterns3"),
            new("cmd:*業務*", "Patterns4"),
        ]),
        new("Numbers",
        [
            new("dstPort:>1024", "Numbers1"),
            new("dstPort:[1..1023]", "Numbers2"),
            new("size:>=1000000 evt:file", "Numbers3"),
        ]),
        new("Networks",
        [
            new("dstIP:10.0.0.0/8", "Networks1"),
            new("dstIP:fe80::/10", "Networks2"),
            new("evt:net -dstIP:(10.0.0.0/8 OR 172.16.0.0/12 OR 192.168.0.0/16)", "Networks3"),
        ]),
        new("Regex",
        [
            new(@"cmd:/\bhttps?:.+\.exe\b/i", "Regex1"),
            new(@"path:/\\(Temp|Downloads)\\[^\\]+\.(js|vbs|hta)$/i", "Regex2"),
        ]),
        new("Logic",
        [
            new("evt:net (dstPort:443 OR dstPort:80)", "Logic1"),
            new("evt:(ps OR net) com:PC-0*", "Logic2"),
            new("com:HOST01 evt:file -subEvt:close", "Logic3"),
            new("evt:ps NOT psUser:SYSTEM", "Logic4"),
        ]),
        new("States",
        [
            new("dstHost:*", "States1"),
            new("evt:net -dstHost:*", "States2"),
            new(@"cmd:""""", "States3"),
            new(@"dstHost:(?* -""-"")", "States4"),
        ]),
        new("Recipes",
        [
            new(@"psPath:*\powershell.exe cmd:(*-enc* OR *hidden* OR *downloadstring*)", "Recipes1"),
            new("evt:session subEvt:(loginFail OR loginRFail)", "Recipes2"),
            new("evt:dev subEvt:(mnt OR con)", "Recipes3"),
            new(@"evt:reg path:*\CurrentVersion\Run*", "Recipes4"),
            new(@"psPath:(*\winword.exe OR *\excel.exe OR *\outlook.exe) evt:ps subEvt:start", "Recipes5"),
            new(@"parentPath:(*\winword.exe OR *\excel.exe) psPath:(*\cmd.exe OR *\powershell.exe OR *\wscript.exe)", "Recipes6"),
            new("evt:file subEvt:(del OR rename) path:*.docx", "Recipes7"),
            new("sha256:(e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 OR 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08)", "Recipes8"),
            new("evt:windowsDefender subEvt:dtctMalState", "Recipes9"),
        ]),
    ];

    /// <summary>One of most kinds, for a glance beside the query box.</summary>
    public static readonly IReadOnlyList<HelpExample> Short = [.. new[] { "Words1", "Fields1", "Patterns1", "Logic1", "Logic2", "Logic3", "Numbers1", "Networks1", "Regex1" }.Select(key => Sections.SelectMany(section => section.Examples).Single(example => example.Key == key))];

    public static readonly IReadOnlyList<string> Fields =
    [
        "evt", "subEvt", "com", "tmid", "domain", "ip", "psPath", "cmd", "psUser", "psGUID", "parentPath", "parentGUID",
        "path", "size", "sha256", "sig", "dstIP", "dstPort", "dstHost", "srcIP", "url", "usr", "srcCom", "shCmd", "winTitle", "evtID",
    ];
}
