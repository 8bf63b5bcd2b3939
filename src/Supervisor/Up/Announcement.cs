using Akashi.Platform.Web;
using Akashi.Supervisor.Keep;

namespace Akashi.Supervisor.Up;

/// <summary>What <c>up</c> says when the service is ready.</summary>
internal static class Announcement
{
    public static async Task WriteAsync(DataFolder data, bool withAgent, TimeProvider clock, TextWriter output)
    {
        var config = ServiceConfig.Read(data);
        var hosts = config.Hosts;
        var links = await ActivationLinks.FindAsync(data, config);
        var agent = withAgent ? await AgentReport.WaitAsync(data, clock) : null;
        output.WriteLine(Words.Say("Akashi is ready.", "Akashi の準備ができました。"));
        output.WriteLine();
        Row(output, Words.Say("Portal", "ポータル"), hosts.OriginOf(ServiceHost.Portal) + "/");
        Row(output, Words.Say("Console", "管理画面"), hosts.OriginOf(ServiceHost.Console) + "/");
        Row(output, "API", hosts.OriginOf(ServiceHost.Api) + "/");
        Row(output, Words.Say("Data", "データ"), data.Path);
        Row(output, Words.Say("Logs", "ログ"), data.LogFolder);
        if (withAgent) Row(output, Words.Say("Agent", "エージェント"), Describe(data, agent));
        output.WriteLine();
        output.WriteLine(Words.Say("Next:", "次の手順:"));
        if (links.Count > 0)
        {
            output.WriteLine(Words.Say("  1. Choose a password (each link works once):", "  1. パスワードを決めてください (リンクはそれぞれ一度だけ使えます):"));
            foreach (var (whose, link) in links) output.WriteLine($"     {whose}: {link}");
        }
        else
        {
            output.WriteLine(Words.Say($"  1. Sign in: {hosts.OriginOf(ServiceHost.Portal)}/", $"  1. サインイン: {hosts.OriginOf(ServiceHost.Portal)}/"));
        }
        output.WriteLine(Words.Say($"     The browser asks once whether to trust the certificate; its authority is {data.AuthorityFile}.", $"     ブラウザーが証明書について一度確認します。発行元の認証局は {data.AuthorityFile} です。"));
        output.WriteLine(Words.Say("     Without a mail server, ./akashi mail last shows the code that sign-in asks for.", "     メールサーバーがない間、サインインの確認コードは ./akashi mail last で表示できます。"));
        output.WriteLine(Words.Say("  2. Search on the command line: ./akashi trace search '*' --last 10m", "  2. コマンドで検索: ./akashi trace search '*' --last 10m"));
    }

    private static string Describe(DataFolder data, string? sources) => (sources, Environment.IsPrivilegedProcess) switch
    {
        (null, _) => Words.Say($"does not record yet; see {data.LogFile(Programs.Agent)}", $"まだ記録を始めていません。{data.LogFile(Programs.Agent)} を確認してください"),
        (_, true) => Words.Say($"records this machine ({sources})", $"この端末を記録しています ({sources})"),
        _ => Words.Say($"records this machine without root ({sources}): less than with root, and short processes may be missing", $"root 権限なしで記録しています ({sources})。root より記録が少なく、短いプロセスは欠けることがあります"),
    };

    private static void Row(TextWriter output, string name, string value) =>
        output.WriteLine("  " + name + new string(' ', Math.Max(1, 14 - Width(name))) + value);

    /// <summary>Columns on a terminal: Japanese characters take two.</summary>
    private static int Width(string text) => text.Sum(character => character < 0x1100 ? 1 : 2);
}
