using System.Globalization;
using Akashi.Certificates.Contracts;
using Akashi.Platform.Health;
using Akashi.Platform.Web;

namespace Akashi.Certificates.Authority;

/// <summary>How long the certificates of the hosts and of the authority are still good for.</summary>
internal sealed class CertificateHealth(CertificateAuthority authority, ServerCertificates installed, TimeProvider clock) : HealthCheck
{
    // Hosts renew when 60 days are left, so fewer mean that renewal does not work.
    private const double HostWarningDays = 45;
    private const double HostFailingDays = 14;

    // A certificate that the authority issues must not outlive it.
    private const double AuthorityWarningDays = 400;
    private const double AuthorityFailingDays = 190;

    public override string Id => "certificates.expiry";
    public override string Japanese => "証明書の有効期限";
    public override string English => "Certificates' expiry";

    public override Task<HealthResult> RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var host = installed.InUse.Select(certificate => (certificate.NotAfter.ToUniversalTime() - now).TotalDays).DefaultIfEmpty(double.MaxValue).Min();
        return Task.FromResult(Judge(host, (authority.Certificate.NotAfter.ToUniversalTime() - now).TotalDays));
    }

    internal static HealthResult Judge(double hostDays, double authorityDays)
    {
        var (host, own) = (Math.Floor(hostDays).ToString(CultureInfo.InvariantCulture), Math.Floor(authorityDays).ToString(CultureInfo.InvariantCulture));
        if (HealthResult.Judge(-hostDays, -HostWarningDays, -HostFailingDays) is var late and not HealthState.Ok)
            return new HealthResult(late, $"サーバー証明書の残りが {host} 日です。自動更新が働いていません。サーバーのログと鍵の保管先を確認してください。", $"A server certificate has {host} days left: renewal does not work. Look at the server's log and the key store.");
        return HealthResult.Judge(-authorityDays, -AuthorityWarningDays, -AuthorityFailingDays) is var old and not HealthState.Ok
            ? new HealthResult(old, $"認証局の証明書の残りが {own} 日です。新しい認証局への切り替えを計画してください。", $"The authority's certificate has {own} days left. Plan the change to a new authority.")
            : HealthResult.Ok($"サーバー {host} 日、認証局 {own} 日", $"Hosts {host} days, authority {own} days");
    }
}
