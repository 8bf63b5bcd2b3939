using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Endpoints.Contracts;
using Akashi.Identity;
using Akashi.Operations.Audit;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.TestKit;

namespace Akashi.Operations.Tests.Events;

public sealed class TerminalEnrolledAuditTests : EventConsumerContract<TerminalEnrolled>
{
    protected override string Consumer => TerminalEnrolledAudit.Name;

    protected override AkashiModule[] Modules => [new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new OperationsModule(), new PortalModule()];

    protected override TerminalEnrolled Sample => new("12345678-ABCD-1234-ABCD-123456789012", "PC01", "Debian");

    protected override async Task<long> CountEffectsAsync(TestServer server, TenantId tenant) =>
        (await server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.audit_entry WHERE tenant_id = @tenant AND action = @Action", new { tenant, TerminalEnrolledAudit.Action })).Single();
}
