using Akashi.Platform.Audit;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Users;

/// <summary>Who changes something about people, and how the audit log names them.</summary>
internal sealed record Actor(Caller Caller, AuditActor Audited)
{
    public TenantId Tenant => Caller.Tenant;

    public static Actor Of(HttpContext context) => new(context.Caller(), AuditActor.Of(context));
}
