using Akashi.Platform.Hosting;
using Akashi.Platform.Mail.Smtp;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Mail;

/// <summary>Chooses the way out for a tenant's mail: the tenant's own server, else the service's, else the folder.</summary>
internal sealed class MailTransports(TenantMailServer servers, ServerOptions options)
{
    public async Task<IMailTransport> OpenAsync(TenantId tenant, CancellationToken cancellation) =>
        await servers.OpenAsync(tenant, cancellation)
        ?? (options.Smtp.Host.Length > 0
            ? new SmtpTransport(SmtpServer.Of(options.Smtp), options.BaseDomain)
            : new FolderTransport(options.OutboxFolder, tenant, options.BaseDomain));
}
