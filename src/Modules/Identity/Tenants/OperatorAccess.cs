using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Tenants;

internal sealed record OnlyOperators() : Failure("only-operators", StatusCodes.Status403Forbidden)
{
    public override string Japanese => $"ヘッダー {OperatorAccess.Header} はサービス運用者だけが使えます。ヘッダーを外してください。";
    public override string English => $"Only operators of the service may send the header {OperatorAccess.Header}. Leave it out.";
}

internal sealed record UnknownSupportId(string SupportId) : Failure("unknown-support-id", StatusCodes.Status404NotFound)
{
    public override string Japanese => $"サポート ID「{Quoted.Of(SupportId)}」の契約はありません。ご契約の案内にある AK と数字 8 桁を指定してください。";
    public override string English => $"There is no contract with the support id '{Quoted.Of(SupportId)}'. Give AK and eight digits as in the contract's notice.";
}

/// <summary>
/// Lets an operator act on a customer's tenant, named by a header (programs) or a cookie (the console). Under an open grant it reads what
/// was granted; without one it may only bring traces in. Each request is in the customer's audit log before it is answered.
/// </summary>
internal sealed class OperatorAccess(OperatorGrants grants, AuditLog audit, TenantDirectory tenants)
{
    public const string Header = "Akashi-Tenant";
    private const int MaximumPath = 512;

    private static readonly HashSet<Permission> WithoutGrant = [Permission.TracesImport];

    /// <returns>The caller itself when it names no tenant, else the caller on the named tenant with what it may do there.</returns>
    public async ValueTask<Outcome<Caller>> ApplyAsync(HttpContext context, Caller caller, CancellationToken cancellation)
    {
        var header = context.Request.Headers[Header].ToString();
        var named = header.Length > 0 ? header : context.Request.Cookies[OperatorCookie.Name] ?? "";
        if (named.Length == 0) return caller;
        if (!caller.Permissions.Contains(Permission.OperatorAccessUse)) return header.Length > 0 ? new OnlyOperators() : caller;
        if (await tenants.FindBySupportIdAsync(named, cancellation) is not { IsOperator: false } tenant)
            return header.Length > 0 ? new UnknownSupportId(named) : caller;
        var grant = await grants.FindOpenAsync(tenant.Id, caller.Tenant, caller.Subject, cancellation);
        // The cookie only steers the console; when its grant has ended the operator is simply back at home.
        if (header.Length == 0 && grant is null) return caller;
        var acting = caller with { Tenant = tenant.Id, TenantName = tenant.Name, OperatorOf = caller.Tenant, OperatorGrant = grant?.Id, Permissions = PermissionsUnder(grant, header.Length == 0) };
        // Of a long answer whose caller is checked again, the request is in the log already.
        if (context.TryGetCaller(out var before) && before.OperatorGrant == acting.OperatorGrant) return acting;
        var path = context.Request.Path.Value ?? "/";
        var request = $"{context.Request.Method} {path[..Math.Min(path.Length, MaximumPath)]}";
        await audit.WriteAsync(tenant.Id, AuditActor.Of(context, acting), new AuditEntry("operator-access.request", request, After: new { Grant = grant?.Id }));
        return acting;
    }

    private static HashSet<Permission> PermissionsUnder(OperatorGrant? grant, bool inConsole)
    {
        if (grant is null) return WithoutGrant;
        var permissions = Roles.PermissionsOf(grant.Permissions).Intersect(OperatorGrants.Grantable).ToHashSet();
        // Leaving and signing out must stay possible.
        if (inConsole) permissions.Add(Permission.AccountSelf);
        return permissions;
    }
}
