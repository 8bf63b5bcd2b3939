using System.Security.Cryptography;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Platform.Audit;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Endpoints.Enrolment;

/// <summary>
/// One-time tokens <c>ake_TENANT_SECRET</c>. The tenant stands in the token, so no table is searched across tenants; only a digest is stored.
/// </summary>
internal sealed class EnrolmentTokens(AkashiDatabase database, AuditLog audit, TimeProvider clock)
{
    public const string CreateAction = "enrolment-token.create";

    private const string Prefix = "ake_";
    private const int SecretBytes = 24;
    private const int TenantDigits = 32;
    private const int ShownDigits = 16; // of the digest: names the token without giving it away
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public async Task<string> CreateAsync(TenantId tenant, AuditActor actor, CancellationToken cancellation)
    {
        var token = $"{Prefix}{tenant}_{RandomNumberGenerator.GetHexString(SecretBytes * 2, lowercase: true)}";
        var (digest, now) = (DigestOf(token), clock.GetUtcNow());
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync(
            "INSERT INTO endpoints.enrolment_token (tenant_id, digest, created_by, created_at, expires_at) VALUES (@tenant, @digest, @createdBy, @now, @expires)",
            new { tenant, digest, createdBy = actor.Subject, now, expires = now + Lifetime }, cancellation);
        await audit.WriteAsync(session, actor, new AuditEntry(CreateAction, digest.ToString()[..ShownDigits], After: new { ExpiresAt = now + Lifetime }), cancellation);
        await session.CommitAsync(cancellation);
        return token;
    }

    public static bool TryReadTenant(string token, out TenantId tenant)
    {
        tenant = default;
        return token.Length == Prefix.Length + TenantDigits + 1 + (SecretBytes * 2)
            && token.StartsWith(Prefix, StringComparison.Ordinal)
            && TenantId.TryParse(token.Substring(Prefix.Length, TenantDigits), out tenant);
    }

    /// <summary>
    /// Uses the token up, inside the caller's transaction. The same terminal with the same key may repeat it while it has not expired:
    /// an agent that died before it stored the answer must be able to ask again.
    /// </summary>
    public async Task<bool> UseAsync(TenantSession session, string token, Tmid tmid, Sha256 key, CancellationToken cancellation)
    {
        const string use = """
            UPDATE endpoints.enrolment_token
            SET used_at = coalesce(used_at, @now), used_by_tmid = @tmid, used_by_key = @key
            WHERE tenant_id = @tenant AND digest = @digest AND expires_at > @now
              AND (used_at IS NULL OR (used_by_tmid = @tmid AND used_by_key = @key))
            """;
        var changed = await session.ExecuteAsync(use, new { tenant = session.Tenant, digest = DigestOf(token), now = clock.GetUtcNow(), tmid = tmid.ToString(), key }, cancellation);
        return changed == 1;
    }

    private static Sha256 DigestOf(string token) => Sha256.Of(Encoding.ASCII.GetBytes(token));
}
