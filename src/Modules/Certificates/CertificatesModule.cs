using Akashi.Certificates.Authority;
using Akashi.Certificates.Contracts;
using Akashi.Platform.Health;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Certificates;

public sealed class CertificatesModule : AkashiModule
{
    public override string Name => "certificates";

    public override void AddServices(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton<CertificateAuthority>();
        services.AddSingleton<ServerCertificateIssuer>();
        services.AddHostedService<ServerCertificateRenewal>();
        services.AddHealthCheck<CertificateHealth>();
    }

    public override void MapRoutes(ServiceRoutes routes)
    {
        // Issue and renewal are asked for through the module that owns the subject: terminals through Endpoints.
    }

    public override Task StartAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var options = services.GetRequiredService<ServerOptions>();
        services.GetRequiredService<CertificateAuthority>().WriteTrustFile(Path.Combine(options.Data, CertificateNames.TrustFile));
        services.GetRequiredService<ServerCertificateIssuer>().EnsureAll();
        return Task.CompletedTask;
    }
}
