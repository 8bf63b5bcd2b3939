using Akashi.Platform.Web;
using Akashi.Supervisor.Keep;

namespace Akashi.Supervisor.Up;

/// <summary>What <c>up</c> says when the service is ready.</summary>
internal static class Announcement
{
    public static async Task WriteAsync(DataFolder data, bool withAgent, TextWriter output)
    {
        var config = ServiceConfig.Read(data);
        var hosts = config.Hosts;
        var links = await ActivationLinks.FindAsync(data, config);
        output.WriteLine(Words.Say("Akashi is ready.", "Akashi の準備ができました。"));
        output.WriteLine();
        Row(output, Words.Say("Portal", "ポータル"), hosts.OriginOf(ServiceHost.Portal) + "/");
        Row(output, Words.Say("Console", "管理画面"), hosts.OriginOf(ServiceHost.Console) + "/");
        Row(output, "API", hosts.OriginOf(ServiceHost.Api) + "/");
        Row(output, Words.Say("Data", "データ"), data.Path);
        Row(output, Words.Say("Logs", "ログ"), data.LogFolder);
        if (withAgent)
        {
            Row(output, Words.Say("Agent", "エージェント"), Environment.IsPrivilegedProcess
                ? Words.Say("records this machine", "この端末を記録しています")
                : Words.Say("records this machine without root: only what your own user may see; run as root for everything", "root 権限なしで記録しています。見える範囲は自分のユーザーに限られます。すべてを記録するには root で実行してください"));
        }
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
        output.WriteLine(Words.Say("  2. Search on the command line: ./akashi trace search '*' --last 10m", "  2. コマンドで検索: ./akashi trace search '*' --last 10m"));
    }

    private static void Row(TextWriter output, string name, string value) =>
        output.WriteLine("  " + name + new string(' ', Math.Max(1, 14 - Width(name))) + value);

    /// <summary>Columns on a terminal: Japanese characters take two.</summary>
    private static int Width(string text) => text.Sum(character => character < 0x1100 ? 1 : 2);
}
