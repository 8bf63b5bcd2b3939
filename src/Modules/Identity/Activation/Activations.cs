using Akashi.Identity.Users;
using Akashi.Platform.Database;
using Akashi.Platform.Mail;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;

namespace Akashi.Identity.Activation;

/// <summary>Whom a link is for.</summary>
/// <param name="FirstAccess">True when the person has no password yet.</param>
internal sealed record Invitation(TenantId Tenant, Guid UserAccountId, string SupportId, string TenantName, string UserId, string DisplayName, string Mail, bool FirstAccess);

/// <summary>One-time links with which a person sets the first password, or a new one in place of a forgotten one.</summary>
internal sealed class Activations(AkashiDatabase database, MailOutbox outbox, ServiceHosts hosts, SignInPolicy policy, TimeProvider clock)
{
    public const char Separator = '.';
    public const string FirstAccessPath = "/activate";
    public const string ResetPath = "/reset";

    private const string Insert = """
        INSERT INTO identity.activation (tenant_id, id, user_account_id, purpose, expires_at) VALUES (@Tenant, @Digest, @userAccountId, @purpose, @expiresAt)
        """;

    private const string DeleteOpen = """
        DELETE FROM identity.activation WHERE user_account_id = @userAccountId AND used_at IS NULL
        """;

    private const string Person = """
        SELECT u.id, u.user_id, u.display_name, u.mail, u.state, t.support_id, t.name AS tenant_name
        FROM identity.user_account u JOIN identity.tenant t ON t.id = u.tenant_id WHERE u.id = @userAccountId
        """;

    // The link first, whatever the planner thinks of the joins: a wrong one ends there, be its tenant known or not.
    internal const string Find = """
        WITH found AS MATERIALIZED (SELECT * FROM identity.activation WHERE id = @Digest AND used_at IS NULL AND expires_at > @now)
        SELECT u.id, u.user_id, u.display_name, u.mail, u.state, t.support_id, t.name AS tenant_name
        FROM found a
        JOIN identity.user_account u ON u.tenant_id = a.tenant_id AND u.id = a.user_account_id
        JOIN identity.tenant t ON t.id = a.tenant_id
        WHERE t.status = 'active' AND u.state = CASE a.purpose WHEN 'reset' THEN 'active' ELSE 'invited' END
        """;

    // The condition on used_at and state makes the second of two simultaneous uses find nothing.
    private const string Use = """
        WITH used AS (
            UPDATE identity.activation SET used_at = @now
            WHERE id = @Digest AND used_at IS NULL AND expires_at > @now RETURNING tenant_id, user_account_id, purpose),
        cleared AS (
            DELETE FROM identity.sign_in_charge c USING used, identity.user_account u
            WHERE u.tenant_id = used.tenant_id AND u.id = used.user_account_id AND c.tenant_id = u.tenant_id AND c.user_key = u.user_key),
        ended AS (
            DELETE FROM identity.session s USING used WHERE s.tenant_id = used.tenant_id AND s.user_account_id = used.user_account_id),
        awaiting AS (
            DELETE FROM identity.sign_in_challenge s USING used WHERE s.tenant_id = used.tenant_id AND s.user_account_id = used.user_account_id)
        UPDATE identity.user_account u SET password_hash = @hash, state = 'active'
        FROM used WHERE u.tenant_id = used.tenant_id AND u.id = used.user_account_id
          AND u.state = CASE used.purpose WHEN 'reset' THEN 'active' ELSE 'invited' END
        """;

    /// <summary>Issues a first-access link for whoever may see it; older unused links of the same person end.</summary>
    public async Task<string> IssueAsync(TenantId tenant, Guid userAccountId, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var link = await IssueAsync(session, userAccountId, cancellation);
        await session.CommitAsync(cancellation);
        return link;
    }

    /// <summary>The same in the transaction of whatever needs the link.</summary>
    public Task<string> IssueAsync(TenantSession session, Guid userAccountId, CancellationToken cancellation) => IssueAsync(session, userAccountId, firstAccess: true, cancellation);

    /// <summary>Mails a link to the person: for first access while they are invited, to a new password while they are active, else nothing.</summary>
    public async Task SendAsync(TenantSession session, Guid userAccountId, string language, CancellationToken cancellation)
    {
        var person = await session.QueryFirstOrDefaultAsync<Row>(Person, new { userAccountId }, cancellation);
        if (person is null || person.State == UserStates.Suspended) return;
        var firstAccess = person.State == UserStates.Invited;
        var link = await IssueAsync(session, userAccountId, firstAccess, cancellation);
        await outbox.EnqueueAsync(session, Mails.Link(person.Mail, person.DisplayName, person.SupportId, person.UserId, language, link, firstAccess, hosts), cancellation);
    }

    /// <summary>What is under way to the person leads nowhere any more.</summary>
    public Task EndAsync(TenantSession session, Guid userAccountId, CancellationToken cancellation) =>
        session.ExecuteAsync(DeleteOpen, new { userAccountId }, cancellation);

    public async Task<Invitation?> FindAsync(TenantSecret secret, CancellationToken cancellation)
    {
        var rows = await database.QueryOnceAsync<Row>(secret.Tenant, Find, new { secret.Digest, now = clock.GetUtcNow() }, cancellation);
        return rows is [var row] ? new Invitation(secret.Tenant, row.Id, row.SupportId, row.TenantName, row.UserId, row.DisplayName, row.Mail, row.State == UserStates.Invited) : null;
    }

    /// <summary>Sets the password and ends every session, in the caller's transaction.</summary>
    /// <returns>False when the link was used meanwhile or has expired: do not commit.</returns>
    public async Task<bool> UseAsync(TenantSession session, TenantSecret secret, string hash, CancellationToken cancellation) =>
        await session.ExecuteAsync(Use, new { secret.Digest, hash, now = clock.GetUtcNow() }, cancellation) == 1;

    private async Task<string> IssueAsync(TenantSession session, Guid userAccountId, bool firstAccess, CancellationToken cancellation)
    {
        var (text, secret) = TenantSecret.Create(session.Tenant, Separator);
        await session.ExecuteAsync(DeleteOpen, new { userAccountId }, cancellation);
        var expiresAt = clock.GetUtcNow() + (firstAccess ? policy.ActivationLife : policy.ResetLife);
        await session.ExecuteAsync(Insert, new { session.Tenant, secret.Digest, userAccountId, purpose = firstAccess ? "first-access" : "reset", expiresAt }, cancellation);
        return $"{hosts.OriginOf(ServiceHost.Portal)}{(firstAccess ? FirstAccessPath : ResetPath)}?code={text}";
    }

    private sealed record Row(Guid Id, string UserId, string DisplayName, string Mail, string State, string SupportId, string TenantName);
}
