using Akashi.Identity.SignIn;
using Akashi.Platform.Database;
using Akashi.Platform.Signals;

namespace Akashi.Identity.Activation;

/// <summary>
/// People who forgot their password, or whose first-access link expired, ask here for a link. Asking writes the same for every name, whether
/// anybody has it or not; who gets a mail is decided in the background (<see cref="LinkWork"/>).
/// </summary>
internal sealed class LinkRequests(AkashiDatabase database, TypedNames names, WorkSignals signals, SignInPolicy policy, TimeProvider clock)
{
    public const string QueueName = "identity.links";
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('identity.links ' || @tenant, 0))";

    // Under the lock, so that the limits are exact however many ask at once.
    private const string Insert = """
        INSERT INTO identity.link_request (tenant_id, id, user_key, language, address, requested_at)
        SELECT @Tenant, @id, @UserKey, @language, @address, @now
        WHERE (SELECT count(*) FROM identity.link_request WHERE user_key = @UserKey AND requested_at > @since) < @MaximumLinksPerName
          AND (SELECT count(*) FROM identity.link_request WHERE address = @address AND requested_at > @since) < @MaximumLinksPerAddress
        """;

    public async Task AskAsync(string supportId, string userId, string address, string language, CancellationToken cancellation)
    {
        if (TypedNames.TooLong(supportId) || TypedNames.TooLong(userId)) return;
        var (tenant, userKey) = await names.ResolveAsync(supportId, userId, cancellation);
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync(Lock, new { tenant = tenant.ToString() }, cancellation);
        await session.ExecuteAsync(Insert, new
        {
            session.Tenant, id = Guid.CreateVersion7(now), UserKey = userKey, language, address, now, since = now - Window, policy.MaximumLinksPerName, policy.MaximumLinksPerAddress,
        }, cancellation);
        await signals.RaiseAsync(session, QueueName, cancellation: cancellation);
        await session.CommitAsync(cancellation);
    }
}
