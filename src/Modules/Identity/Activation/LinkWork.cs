using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;
using Microsoft.Extensions.Logging;

namespace Akashi.Identity.Activation;

/// <summary>Judges who of those that asked gets a link by mail.</summary>
internal sealed class LinkWork(AkashiDatabase database, WorkSignals signals, Activations links, AuditLog audit, TimeProvider clock, ILogger<LinkWork> logger) : SignalledWork(signals, clock, logger)
{
    private const int Batch = 100;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private readonly TimeProvider _clock = clock;

    private const string Take = """
        UPDATE identity.link_request SET judged = true
        WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM identity.link_request WHERE NOT judged ORDER BY requested_at LIMIT @Batch FOR UPDATE SKIP LOCKED)
        RETURNING user_key, language, address
        """;

    private const string Person = """
        SELECT u.id, u.user_id FROM identity.user_account u JOIN identity.tenant t ON t.id = u.tenant_id
        WHERE u.user_key = @UserKey AND u.state <> 'suspended' AND t.status = 'active'
        """;

    protected override string Queue => LinkRequests.QueueName;

    protected override async Task WorkAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var taken = await session.QueryAsync<(string UserKey, string Language, string Address)>(Take, new { Batch }, cancellation);
        foreach (var (userKey, language, address) in taken)
        {
            var person = (await session.QueryAsync<(Guid Id, string UserId)>(Person, new { UserKey = userKey }, cancellation)).SingleOrDefault();
            if (person.UserId is null) continue;
            await links.SendAsync(session, person.Id, language, cancellation);
            await audit.WriteAsync(session, AuditActor.Service(Queue), new AuditEntry("account.ask-link", person.UserId, null, new { Address = address }), cancellation);
        }
        await session.ExecuteAsync("DELETE FROM identity.link_request WHERE judged AND requested_at < @before", new { before = _clock.GetUtcNow() - Kept }, cancellation);
        if (taken.Count == Batch) await Signals.RaiseAsync(session, Queue, cancellation: cancellation); // the next tenant has its turn
        await session.CommitAsync(cancellation);
    }
}
