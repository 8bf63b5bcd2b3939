using Akashi.Identity.Contracts;
using Akashi.Platform.Database;
using Akashi.Platform.Jobs;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.CleanUp;

/// <summary>Removes what can no longer be used by anybody. Nothing depends on it being punctual: every reader looks at the times itself.</summary>
internal sealed class SpentRows(AkashiDatabase database, TenantDirectory tenants, SignInPolicy policy, TimeProvider clock) : ServiceJob
{
    public const string Name = "identity.spent-rows";

    private const string Delete = """
        WITH sessions AS (DELETE FROM identity.session WHERE ends_at <= @now OR last_used_at <= @idleSince RETURNING 1),
        hand_offs AS (DELETE FROM identity.hand_off WHERE expires_at <= @now RETURNING 1),
        links AS (DELETE FROM identity.activation WHERE expires_at <= @weekAgo OR used_at <= @weekAgo RETURNING 1),
        requests AS (DELETE FROM identity.link_request WHERE judged AND requested_at <= @weekAgo RETURNING 1),
        challenges AS (DELETE FROM identity.sign_in_challenge WHERE ends_at <= @now RETURNING 1),
        charges AS (DELETE FROM identity.sign_in_charge WHERE charged_at <= @weekAgo AND (locked_until IS NULL OR locked_until <= @now) RETURNING 1)
        SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM hand_offs) + (SELECT count(*) FROM links)
             + (SELECT count(*) FROM requests) + (SELECT count(*) FROM challenges) + (SELECT count(*) FROM charges)
        """;

    public override string Japanese => "期限の過ぎたセッション・リンク・コードの削除";

    public override string English => "Remove expired sessions, links and codes";

    public static JobSchedule Schedule => JobSchedule.Cron("0 20 4 * * ?");

    public override async Task<JobMessage> RunAsync(CancellationToken cancellation)
    {
        var all = await tenants.ListAsync(cancellation);
        var count = 0L;
        foreach (var tenant in all) count += await DeleteAsync(tenant.Id, cancellation);
        return new($"契約 {all.Count} 件、削除 {count} 行", $"{all.Count} tenants, {count} rows");
    }

    private async Task<long> DeleteAsync(TenantId tenant, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(tenant, cancellation);
        var count = await session.QuerySingleAsync<long>(Delete, new { now, idleSince = now - policy.SessionIdle, weekAgo = now - TimeSpan.FromDays(7) }, cancellation);
        await session.CommitAsync(cancellation);
        return count;
    }
}
