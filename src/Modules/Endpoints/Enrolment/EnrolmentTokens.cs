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

    /// <summary>
    /// Uses the token up, inside the caller's transaction. The same terminal with the same key may repeat it while it has not expired:
    /// an agent that died before it stored the answer must be able to ask again.
    /// </summary>
    public async Task<bool> UseAsync(TenantSession session, TenantSecret token, Tmid tmid, Sha256 key, CancellationToken cancellation)
    {
        const string use = """
            UPDATE endpoints.enrolment_token
            SET used_at = coalesce(used_at, @now), used_by_tmid = @tmid, used_by_key = @key
            WHERE tenant_id = @tenant AND digest = @Digest AND expires_at > @now
              AND (used_at IS NULL OR (used_by_tmid = @tmid AND used_by_key = @key))
            """;
        var changed = await session.ExecuteAsync(use, new { tenant = session.Tenant, token.Digest, now = clock.GetUtcNow(), tmid = tmid.ToString(), key }, cancellation);
        return changed == 1;
    }
}
