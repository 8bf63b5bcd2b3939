using System.Collections.Frozen;
using Akashi.Identity.Tenants;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Tokens;

internal sealed record TokenRefused() : Failure("token-refused", StatusCodes.Status401Unauthorized)
{
    public override string Japanese => "API トークンが無効か、期限切れです。有効なトークンを Authorization: Bearer akt_… の形で付けてください。";
    public override string English => "The API token is not valid or has expired. Send a valid one as Authorization: Bearer akt_….";
}

/// <summary>Recognises programs on the API host. A token never grants more than its maker may do now.</summary>
internal sealed class TokenAuthenticator(AkashiDatabase database, OperatorAccess operators, TimeProvider clock) : ICallerAuthenticator
{
    private const string Scheme = "Bearer ";
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(1);

    // The token first, whatever the planner thinks of the joins: a wrong one ends there, be its tenant known or not.
    internal const string Find = """
        WITH found AS MATERIALIZED (SELECT * FROM identity.api_token WHERE id = @Digest AND (expires_at IS NULL OR expires_at > @now))
        SELECT array_to_string(a.scopes, ',') AS scopes, a.last_used_at, u.user_id, u.display_name, u.role, array_to_string(r.permissions, ',') AS custom_permissions, t.name AS tenant_name
        FROM found a
        JOIN identity.user_account u ON u.tenant_id = a.tenant_id AND u.id = a.user_account_id
        JOIN identity.tenant t ON t.id = a.tenant_id
        LEFT JOIN identity.role r ON r.tenant_id = u.tenant_id AND r.id = u.custom_role_id
        WHERE u.state <> 'suspended' AND t.status = 'active'
        """;

    private const string Touch = "UPDATE identity.api_token SET last_used_at = @now WHERE id = @Digest";

    public async ValueTask<Outcome<Caller>?> AuthenticateAsync(HttpContext context, ServiceHost host)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (host != ServiceHost.Api || header.Length == 0) return null;
        if (!TryParse(header, out var secret)) return (Outcome<Caller>)new TokenRefused();
        var now = clock.GetUtcNow();
        var rows = await database.QueryOnceAsync<Row>(secret!.Tenant, Find, new { secret.Digest, now }, context.RequestAborted);
        if (rows is not [var row]) return (Outcome<Caller>)new TokenRefused();
        if (row.LastUsedAt is null || now - row.LastUsedAt > TouchInterval) await TouchAsync(secret, now, context.RequestAborted);
        var caller = new Caller(secret.Tenant, CallerKind.Token, row.UserId, row.DisplayName, ScopesOf(row), TenantName: row.TenantName);
        return await operators.ApplyAsync(context, caller, context.RequestAborted);
    }

    private static bool TryParse(string header, out TenantSecret? secret)
    {
        secret = null;
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        var token = header.AsSpan(Scheme.Length).Trim();
        return token.StartsWith(ApiTokens.Prefix, StringComparison.Ordinal) && TenantSecret.TryParse(token[ApiTokens.Prefix.Length..], ApiTokens.Separator, out secret);
    }

    private static FrozenSet<Permission> ScopesOf(Row row) =>
        Roles.PermissionsOf(row.Role, row.CustomPermissions?.Split(',')).Intersect(Roles.PermissionsOf(row.Scopes.Split(','))).ToFrozenSet();

    private async Task TouchAsync(TenantSecret secret, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(secret.Tenant, cancellation);
        await session.ExecuteAsync(Touch, new { secret.Digest, now }, cancellation);
        await session.CommitAsync(cancellation);
    }

    private sealed record Row(string Scopes, DateTimeOffset? LastUsedAt, string UserId, string DisplayName, string Role, string? CustomPermissions, string TenantName);
}
