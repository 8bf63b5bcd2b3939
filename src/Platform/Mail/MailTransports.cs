using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Mail;

/// <summary>Chooses the way out for a tenant's mail.</summary>
internal sealed class MailTransports(ServerOptions options)
{
    public Task<IMailTransport> OpenAsync(TenantId tenant, CancellationToken cancellation) =>
        Task.FromResult<IMailTransport>(new FolderTransport(options.OutboxFolder, tenant, options.BaseDomain));
}
