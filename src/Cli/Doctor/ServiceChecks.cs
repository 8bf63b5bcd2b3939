using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Akashi.Platform.Calendar;
using Akashi.Platform.Web;
using Akashi.Supervisor;
using Akashi.Supervisor.Keep;
using Akashi.Supervisor.Up;

namespace Akashi.Cli.Doctor;

/// <summary>The port, the kept programs, and the certificate of each host as it is served.</summary>
internal sealed class ServiceChecks(DataFolder data, ServiceConfig config, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SoonExpired = TimeSpan.FromDays(14);

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        if (!InstanceLock.IsHeld(data))
        {
            var port = PortCheck.Refusal(config.Listen, config.Port) is { } refusal
                ? Finding.Fail(PortSubject, Words.Say("not free for this data folder", "このデータフォルダーでは使えません"), refusal)
                : Finding.Ok(PortSubject, Words.Say("free", "空いています"));
            return [port, Finding.Warn(Words.Say("Service", "サービス"), Words.Say($"does not run with {data.Path}", $"{data.Path} では動いていません"), "./akashi up")];
        }
        var findings = new List<Finding>(Kept());
        if (!File.Exists(data.AuthorityFile)) return [.. findings, Finding.Warn(Words.Say("Certificates", "証明書"), Words.Say("authority.pem is not there yet", "authority.pem がまだありません"), Words.Say($"Wait a moment, then see {data.LogFile(Programs.Server)}", $"少し待ち、{data.LogFile(Programs.Server)} を確認してください"))];
        var authorities = await File.ReadAllTextAsync(data.AuthorityFile, cancellation);
        foreach (var host in Enum.GetValues<ServiceHost>()) findings.Add(await CertificateAsync(config.Hosts.NameOf(host), authorities, cancellation));
        return findings;
    }

    private string PortSubject => Words.Say($"Port {config.Port}", $"ポート {config.Port}");

    private IEnumerable<Finding> Kept()
    {
        if (RunState.Read(data) is not { } state) yield break;
        yield return Finding.Ok(PortSubject, Words.Say("ours", "このサービスが使用中"));
        foreach (var (name, program) in state.Programs)
        {
            var running = program.Process is { IsAlive: true };
            yield return running
                ? Finding.Ok(name, Words.Say($"runs, process {program.Process!.Pid}, started {program.Starts} times", $"実行中 (プロセス {program.Process!.Pid}、起動 {program.Starts} 回)"))
                : Finding.Fail(name, program.Trouble ?? Words.Say("does not run", "動いていません"), Words.Say($"See {data.LogFile(name)}; it is started again by itself.", $"{data.LogFile(name)} を確認してください。自動で再起動を続けます。"));
        }
        if (!state.Ready) yield return Finding.Fail("/readyz", Words.Say("does not answer", "応答しません"), Words.Say($"See {data.LogFile(Programs.Server)}", $"{data.LogFile(Programs.Server)} を確認してください"));
    }

    private async Task<Finding> CertificateAsync(string host, string authorities, CancellationToken cancellation)
    {
        var subject = Words.Say($"Certificate of {host}", $"{host} の証明書");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            using var socket = new Socket(config.LocalAddress.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(config.LocalAddress, config.Port, limit.Token);
            await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = ServiceClient.PolicyFor(authorities) }, limit.Token);
            using var certificate = X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
            var end = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
            var until = Words.Say("valid until ", "有効期限 ") + end.ToOffset(JstDay.Offset).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
            return end - clock.GetUtcNow() < SoonExpired
                ? Finding.Warn(subject, until, Words.Say("It should renew by itself; restart the service if it does not: ./akashi down, ./akashi up", "自動更新されるはずです。更新されないときは ./akashi down と ./akashi up で再起動してください"))
                : Finding.Ok(subject, until);
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return Finding.Fail(subject, e.Message, Words.Say($"Is another program on port {config.Port}? See {data.LogFile(Programs.Server)}", $"ポート {config.Port} に別のプログラムがいませんか。{data.LogFile(Programs.Server)} を確認してください"));
        }
    }
}
