using Akashi.Identity.Contracts;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Tenants;

internal sealed record OnlyOperators() : Failure("only-operators", StatusCodes.Status403Forbidden)
{
    public override string Japanese => $"ヘッダー {OperatorAccess.Header} はサービス運用者だけが使えます。ヘッダーを外してください。";
    public override string English => $"Only operators of the service may send the header {OperatorAccess.Header}. Leave it out.";
}

internal sealed record UnknownSupportId(string SupportId) : Failure("unknown-support-id", StatusCodes.Status404NotFound)
{
    public override string Japanese => $"サポート ID「{SupportId}」の契約はありません。ご契約の案内にある AK と数字 8 桁を指定してください。";
    public override string English => $"There is no contract with the support id '{SupportId}'. Give AK and eight digits as in the contract's notice.";
}

/// <summary>Lets an operator act on a customer's tenant, named by a header, and writes down on that tenant what was done.</summary>
internal sealed class OperatorAccess(AkashiDatabase database, TenantDirectory tenants, TimeProvider clock)
{
    public const string Header = "Akashi-Tenant";

    /// <summary>What an operator may do on a customer's tenant: bring traces in, never read them.</summary>
    private static readonly HashSet<Permission> OnTenant = [Permission.TracesImport];

    private const int ShownLength = 64;
    private const int MaximumPath = 512;

    private const string Record = """
        INSERT INTO identity.operator_access (tenant_id, id, at, operator_tenant_id, operator, request)
        VALUES (@tenant, @id, @now, @operatorTenant, @Subject, @request)
        """;

    /// <returns>The caller itself without the header, else the caller on the named tenant with an operator's rights there.</returns>
    public async ValueTask<Outcome<Caller>> ApplyAsync(HttpContext context, Caller caller, string role)
    {
        var named = context.Request.Headers[Header].ToString();
        if (named.Length == 0) return caller;
        if (role != Roles.Operator) return new OnlyOperators();
        if (SupportId.TryFold(named) is not { } supportId || await tenants.FindBySupportIdAsync(supportId, context.RequestAborted) is not { } tenant || tenant.IsOperator)
            return new UnknownSupportId(named[..Math.Min(named.Length, ShownLength)]);
        var path = context.Request.Path.Value ?? "/";
        var request = $"{context.Request.Method} {path[..Math.Min(path.Length, MaximumPath)]}";
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(tenant.Id, context.RequestAborted);
        await session.ExecuteAsync(Record, new { tenant = tenant.Id, id = Guid.CreateVersion7(now), now, operatorTenant = caller.Tenant, caller.Subject, request }, context.RequestAborted);
        await session.CommitAsync(context.RequestAborted);
        return caller with { Tenant = tenant.Id, TenantName = tenant.Name, Permissions = OnTenant, OperatorOf = caller.Tenant };
    }
}
