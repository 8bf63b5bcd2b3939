using System.Net;
using System.Net.Sockets;
using Akashi.Platform.Web;
using Akashi.Supervisor;

namespace Akashi.Cli.Doctor;

/// <summary>Whether programs that know nothing of us find the hosts. Browsers, curl and our own clients need no help below .localhost.</summary>
internal static class NameChecks
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(ServiceHosts hosts, CancellationToken cancellation)
    {
        var unknown = new List<string>();
        foreach (var name in Enum.GetValues<ServiceHost>().Select(hosts.NameOf))
        {
            if (!await ResolvesAsync(name, cancellation)) unknown.Add(name);
        }
        var subject = Words.Say("Names", "名前解決");
        if (unknown.Count == 0) return [Finding.Ok(subject, Words.Say("all six hosts resolve", "6 つのホスト名すべてを解決できます"))];
        var detail = Words.Say($"the system does not resolve {string.Join(", ", unknown)}", $"システムが解決できません: {string.Join(", ", unknown)}");
        return hosts.BaseDomain.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            ? [Finding.Warn(subject, detail, Words.Say(
                $"Browsers, curl and akashi itself need nothing. For other programs: sudo apt-get install -y libnss-myhostname\nor add to /etc/hosts:  127.0.0.1 {string.Join(' ', unknown)}",
                $"ブラウザー・curl・akashi 自身は設定不要です。ほかのプログラムのためには sudo apt-get install -y libnss-myhostname\nまたは /etc/hosts に追加:  127.0.0.1 {string.Join(' ', unknown)}"))]
            : [Finding.Fail(subject, detail, Words.Say("Add these names to your DNS, pointing to this machine or its load balancer.", "これらの名前を DNS に登録し、このサーバー (または負荷分散装置) を指すようにしてください。"))];
    }

    private static async Task<bool> ResolvesAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return (await Dns.GetHostAddressesAsync(name, cancellation)).Length > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
