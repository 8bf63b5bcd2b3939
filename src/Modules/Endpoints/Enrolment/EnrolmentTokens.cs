using System.Diagnostics.CodeAnalysis;
using Akashi.Agent.Protocol;
using Akashi.Platform.Audit;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Endpoints.Enrolment;

/// <summary>
/// One-time tokens <c>ake_TENANT_SECRET</c>, see <see cref="TenantSecret"/>; only a digest is stored.
/// </summary>
internal sealed class EnrolmentTokens(AkashiDatabase database, AuditLog audit, TimeProvider clock)
{
    public const string CreateAction = "enrolment-token.create";

    private const string Prefix = "ake_";
    private const char Separator = '_';
    private const int ShownDigits = 16; // of the digest: names the token without giving it away
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public async Task<string> CreateAsync(TenantId tenant, AuditActor actor, CancellationToken cancellation)
    {
        var (text, secret) = TenantSecret.Create(tenant, Separator);
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync(
            "INSERT INTO endpoints.enrolment_token (tenant_id, digest, created_by, created_at, expires_at) VALUES (@tenant, @Digest, @createdBy, @now, @expires)",
            new { tenant, secret.Digest, createdBy = actor.Subject, now, expires = now + Lifetime }, cancellation);
        await audit.WriteAsync(session, actor, new AuditEntry(CreateAction, new Sha256(secret.Digest).ToString()[..ShownDigits], After: new { ExpiresAt = now + Lifetime }), cancellation);
        await session.CommitAsync(cancellation);
        return Prefix + text;
    }

    public static bool TryRead(string token, [NotNullWhen(true)] out TenantSecret? secret)
    {
        secret = null;
        return token.StartsWith(Prefix, StringComparison.Ordinal) && TenantSecret.TryParse(token.AsSpan(Prefix.Length), Separator, out secret);
    }

    // The token first: a wrong one ends there, whether or not its tenant exists and however many tokens it has. What is asked about this terminal
    // is what was so before this use, but of the token itself as it is now that it is locked.
    internal const string Use = """
        WITH found AS MATERIALIZED (
            SELECT tenant_id, digest, used_at IS NOT NULL AS used FROM endpoints.enrolment_token
            WHERE tenant_id = @tenant AND digest = @Digest AND expires_at > @now AND (used_at IS NULL OR (used_by_tmid = @tmid AND used_by_key = @key)) FOR UPDATE),
        changed AS (
            UPDATE endpoints.enrolment_token t SET used_at = coalesce(t.used_at, @now), used_by_tmid = @tmid, used_by_key = @key
            FROM found WHERE t.tenant_id = found.tenant_id AND t.digest = found.digest)
        SELECT found.used OR EXISTS (
            SELECT FROM endpoints.enrolment_token o WHERE o.tenant_id = found.tenant_id AND o.used_by_tmid = @tmid AND o.used_by_key = @key) FROM found
        """;

    /// <summary>
    /// Uses the token up, inside the caller's transaction. The same terminal with the same key may repeat it while it has not expired:
    /// an agent that died before it stored the answer must be able to ask again.
    /// </summary>
    /// <returns>Whether this terminal with this key has used a token before; null when the token is refused.</returns>
    public Task<bool?> UseAsync(TenantSession session, TenantSecret token, Tmid tmid, Sha256 key, CancellationToken cancellation) =>
        session.QueryFirstOrDefaultAsync<bool?>(Use, new { tenant = session.Tenant, token.Digest, now = clock.GetUtcNow(), tmid = tmid.ToString(), key }, cancellation);
}
