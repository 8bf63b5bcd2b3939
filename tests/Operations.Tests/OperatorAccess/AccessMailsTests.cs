using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Operations.OperatorAccess;
using Akashi.Operations.Tests.Events;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.TestKit;

namespace Akashi.Operations.Tests.OperatorAccess;

public sealed class AccessMailsTests : EventConsumerContract<OperatorAccessChanged>
{
    protected override string Consumer => AccessMails.Name;

    protected override AkashiModule[] Modules => [new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new OperationsModule(), new PortalModule()];

    protected override OperatorAccessChanged Sample => new(Guid.Empty, OperatorGrants.AskAction, "運用 太郎", "お問い合わせの調査のため", null, ["traces.search"], 60, null);

    protected override async Task<long> CountEffectsAsync(TestServer server, TenantId tenant) =>
        (await server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.mail WHERE tenant_id = @tenant AND template = 'operations.operator-access-asked'", new { tenant })).Single();
}
