using System.Globalization;
using System.Text;

namespace Akashi.Traces.Tests.Lines;

/// <summary>Makes lines of every kind: proper ones over a small vocabulary (so that searches hit), odd ones, and garbage. Never with LF or a final CR.</summary>
internal sealed class LineMaker(Seeded chance)
{
    public static readonly string[] Keys = ["evt", "subEvt", "com", "psPath", "PSPATH", "cmd", "sn", "tmid", "winTitle", "値", "x-1"];

    public static readonly string[] Values =
    [
        "", "-", "ps", "start", "START", "stop", "0", "1", "42", "007", "-5", "9223372036854775807", "PC-001", "pc-002", "ＰＣ－００１",
        @"C:\Windows\System32\powershell.exe", @"c:\windows\system32\cmd.exe", "powershell -enc QQ==", "say \"hi there\"", "free words here", "words free",
        "証跡ログ", "ﾃｽﾄ端末", "テスト端末", "が", "か\u3099", "Ｃａｆé", "cafe\u0301", "İstanbul", "ß", "ﬁle", "½", "𝔘nicode 𠮷野家", "a\rb", "a\0b", "tab\there",
        "\uFFFE", "\uFFFD", "x*y", "what?", "(a OR b)", "ΣΑΣ", "σας", "10.0.0.1,fe80::1", "{3f0d6f2a-1111-0000-0000-000000000000}",
        "443", "1024", "-0.5", "10.25", "00443", "4４3", "340282366920938463463374607.5", "1e5", "10.0.0.1", "10.20.30.40", "192.168.1.77", "172.16.5.4", "::ffff:10.0.0.9", "::FFFF:0a00:9",
        "2001:DB8::1", "2001:0db8:0:0:1::9", "::", "fe80::1%eth0", "10.1", "010.0.0.1", "256.0.0.1", "64:ff9b::10.0.0.1", "http://example.jp/a.exe", "HTTPS://EXAMPLE.JP/Ａ.EXE", "H\u0331x", "É",
    ];

    private static readonly DateTimeOffset Base = new(2026, 2, 1, 20, 0, 0, TimeSpan.FromHours(9));

    public byte[] Line() => chance.Next(12) switch
    {
        0 => Encoding.UTF8.GetBytes(chance.Pick(Values)),
        1 => Garbage(chance.Next(60)),
        2 => [.. Proper(), .. Garbage(chance.Next(5))],
        3 => [],
        _ => Proper(),
    };

    public byte[] Proper()
    {
        var line = new StringBuilder(Header());
        for (var count = chance.Next(9); count > 0; count--) line.Append(' ', chance.Chance(5) ? 3 : 1).Append(Field(chance.Pick(Keys), chance.Pick(Values)));
        if (chance.Chance(30)) line.Append(CultureInfo.InvariantCulture, $" sn={chance.Next(100_000)}");
        if (chance.Chance(3)) line.Append(' ', 2);
        return Encoding.UTF8.GetBytes(line.ToString());
    }

    public string Field(string key, string value)
    {
        var bare = !value.Contains(' ', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) && !chance.Chance(30);
        return bare ? $"{key}={value}" : $"{key}=\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private string Header()
    {
        if (chance.Chance(3)) return chance.Pick("01/01/1970 00:00:00.000 +0000", "12/31/2099 23:59:59.999 +0900", "02/01/2026 13:20:00.500 -0000");
        var time = Base.AddMilliseconds(chance.Next(chance.Chance(50) ? 20 : 20_000_000)).ToOffset(TimeSpan.FromHours(chance.Chance(90) ? 9 : chance.Next(24) - 12));
        return time.ToString("MM/dd/yyyy HH:mm:ss.fff ", CultureInfo.InvariantCulture) + time.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
    }

    private byte[] Garbage(int count) => [.. chance.Bytes(count).Where(b => b is not ((byte)'\n' or (byte)'\r'))];
}
