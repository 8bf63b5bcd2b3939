using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Tokens;

/// <summary>Tokens with which programs act for a person: <c>akt_TENANT_SECRET</c>.</summary>
internal sealed class ApiTokens(AkashiDatabase database, TimeProvider clock)
{
    public const string Prefix = "akt_";
    public const char Separator = '_';

    private const string Insert = """
        INSERT INTO identity.api_token (tenant_id, id, user_account_id, name, scopes, created_at)
        VALUES (@tenant, @Digest, @userAccountId, @name, @scopes, @now)
        """;

    /// <summary>Issues a token under a name; an older one of the same person and name ends.</summary>
    public async Task<string> ReplaceAsync(TenantId tenant, Guid userAccountId, string name, IEnumerable<Permission> scopes, CancellationToken cancellation)
    {
        var (text, secret) = TenantSecret.Create(tenant, Separator);
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync("DELETE FROM identity.api_token WHERE user_account_id = @userAccountId AND name = @name", new { userAccountId, name }, cancellation);
        var parameters = new { tenant, secret.Digest, userAccountId, name, scopes = scopes.Select(PermissionCatalogue.IdOf).ToArray(), now = clock.GetUtcNow() };
        await session.ExecuteAsync(Insert, parameters, cancellation);
        await session.CommitAsync(cancellation);
        return Prefix + text;
    }
}
