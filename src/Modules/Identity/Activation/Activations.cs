using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;

namespace Akashi.Identity.Activation;

/// <summary>Whom an activation link is for.</summary>
internal sealed record Invitation(TenantId Tenant, Guid UserAccountId, string SupportId, string TenantName, string UserId, string DisplayName);

/// <summary>One-time links with which a person sets the first password.</summary>
internal sealed class Activations(AkashiDatabase database, ServiceHosts hosts, SignInPolicy policy, TimeProvider clock)
{
    public const char Separator = '.';

    private const string Insert = """
        INSERT INTO identity.activation (tenant_id, id, user_account_id, expires_at) VALUES (@tenant, @Digest, @userAccountId, @expiresAt)
        """;

    private const string Find = """
        SELECT u.id, u.user_id, u.display_name, t.support_id, t.name AS tenant_name
        FROM identity.activation a
        JOIN identity.user_account u ON u.tenant_id = a.tenant_id AND u.id = a.user_account_id
        JOIN identity.tenant t ON t.id = a.tenant_id
        WHERE a.id = @Digest AND a.used_at IS NULL AND a.expires_at > @now AND u.state = 'invited' AND t.status = 'active'
        """;

    // The condition on used_at and state makes the second of two simultaneous uses find nothing.
    private const string Use = """
        WITH used AS (
            UPDATE identity.activation SET used_at = @now
            WHERE id = @Digest AND used_at IS NULL AND expires_at > @now RETURNING tenant_id, user_account_id),
        cleared AS (
            DELETE FROM identity.sign_in_charge c USING used, identity.user_account u
            WHERE u.tenant_id = used.tenant_id AND u.id = used.user_account_id AND c.tenant_id = u.tenant_id AND c.user_key = u.user_key)
        UPDATE identity.user_account u SET password_hash = @hash, state = 'active'
        FROM used WHERE u.tenant_id = used.tenant_id AND u.id = used.user_account_id AND u.state = 'invited'
        """;

    /// <summary>Issues a link; older unused ones of the same person end.</summary>
    public async Task<string> IssueAsync(TenantId tenant, Guid userAccountId, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var link = await IssueAsync(session, userAccountId, cancellation);
        await session.CommitAsync(cancellation);
        return link;
    }

    /// <summary>The same in the transaction of whatever needs the link.</summary>
    public async Task<string> IssueAsync(TenantSession session, Guid userAccountId, CancellationToken cancellation)
    {
        var tenant = session.Tenant;
        var (text, secret) = TenantSecret.Create(tenant, Separator);
        await session.ExecuteAsync("DELETE FROM identity.activation WHERE user_account_id = @userAccountId AND used_at IS NULL", new { userAccountId }, cancellation);
        await session.ExecuteAsync(Insert, new { tenant, secret.Digest, userAccountId, expiresAt = clock.GetUtcNow() + policy.ActivationLife }, cancellation);
        return $"{hosts.OriginOf(ServiceHost.Portal)}/activate?code={text}";
    }

    public async Task<Invitation?> FindAsync(TenantSecret secret, CancellationToken cancellation)
    {
        var rows = await database.QueryOnceAsync<Row>(secret.Tenant, Find, new { secret.Digest, now = clock.GetUtcNow() }, cancellation);
        return rows is [var row] ? new Invitation(secret.Tenant, row.Id, row.SupportId, row.TenantName, row.UserId, row.DisplayName) : null;
    }

    /// <returns>False when the link was used meanwhile or has expired.</returns>
    public async Task<bool> UseAsync(TenantSecret secret, string hash, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(secret.Tenant, cancellation);
        var count = await session.ExecuteAsync(Use, new { secret.Digest, hash, now = clock.GetUtcNow() }, cancellation);
        await session.CommitAsync(cancellation);
        return count == 1;
    }

    private sealed record Row(Guid Id, string UserId, string DisplayName, string SupportId, string TenantName);
}
