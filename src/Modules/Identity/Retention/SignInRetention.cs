using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Retention;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Retention;

/// <summary>Records of sign-ins: kept for so many whole days from the day after.</summary>
internal sealed class SignInRetention(AkashiDatabase database) : IRetained
{
    private const string Delete = """
        WITH gone AS (DELETE FROM identity.sign_in_record WHERE tenant_id = @tenant AND at < @before RETURNING id, at)
        SELECT (at AT TIME ZONE 'Asia/Tokyo')::date AS day, count(*) AS items, sha256(string_agg(uuid_send(id), ''::bytea ORDER BY id)) AS digest FROM gone GROUP BY 1 ORDER BY 1
        """;

    private sealed record Row(DateOnly Day, long Items, byte[] Digest);

    public RetentionClass Class => RetentionClass.SignInLog;

    public async Task DeleteBeforeAsync(TenantId tenant, JstDay before, Func<TenantSession, IReadOnlyList<RetentionDeletion>, Task> record, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var rows = await session.QueryAsync<Row>(Delete, new { tenant, before = before.Start.ToUniversalTime() }, cancellation);
        await record(session, [.. rows.Select(row => new RetentionDeletion(new JstDay(row.Day), row.Items, 0, new Sha256(row.Digest)))]);
        await session.CommitAsync(cancellation);
    }
}
