using Akashi.Platform.Database;
using Akashi.Platform.Mail;
using Akashi.Platform.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Akashi.Platform.Jobs;

/// <summary>To whom the service's own alarms go.</summary>
/// <param name="Tenant">The operator's tenant.</param>
public sealed record OperatorContact(TenantId Tenant, string Name, string Mail);

/// <summary>Finds the operator's contact; registered by the module that keeps contracts. Null when there is none.</summary>
public delegate Task<OperatorContact?> FindOperatorContact(CancellationToken cancellation);

/// <summary>Tells the operator by mail that something is wrong: one mail a fault in six hours, or another time, however often it occurs.</summary>
public sealed partial class OperatorAlarms(AkashiDatabase database, MailOutbox outbox, IServiceProvider services, TimeProvider clock, ILogger<OperatorAlarms> logger)
{
    public static readonly TimeSpan Quiet = TimeSpan.FromHours(6);

    // Of several nodes that raise the same alarm at once, one gets a row back.
    private const string Claim = """
        INSERT INTO platform.operator_alarm (key, mailed_at) VALUES (@key, @now)
        ON CONFLICT (key) DO UPDATE SET mailed_at = @now, suppressed = 0 WHERE operator_alarm.mailed_at <= @before
        RETURNING key
        """;

    private const string Suppress = "UPDATE platform.operator_alarm SET suppressed = suppressed + 1 WHERE key = @key";

    /// <param name="key">What is wrong, for example <c>job/identity.clean-up</c>; alarms of the same key are held back together.</param>
    /// <returns>Whether a mail is on its way.</returns>
    public Task<bool> RaiseAsync(string key, MailTemplate template, IReadOnlyDictionary<string, string> values, CancellationToken cancellation) => RaiseAsync(key, Quiet, template, values, cancellation);

    /// <param name="quiet">For how long after a mail others of the same key are held back.</param>
    public async Task<bool> RaiseAsync(string key, TimeSpan quiet, MailTemplate template, IReadOnlyDictionary<string, string> values, CancellationToken cancellation)
    {
        try
        {
            if (services.GetService<FindOperatorContact>() is not { } find || await find(cancellation) is not { } contact) return false;
            var now = clock.GetUtcNow();
            await using var session = await database.OpenAsync(contact.Tenant, cancellation);
            var claimed = await session.QueryFirstOrDefaultAsync<string>(Claim, new { key, now, before = now - quiet }, cancellation) is not null;
            if (claimed) await outbox.EnqueueAsync(session, new OutgoingMail(contact.Mail, contact.Name, template, "ja", values), cancellation);
            else await session.ExecuteAsync(Suppress, new { key }, cancellation);
            await session.CommitAsync(cancellation);
            return claimed;
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or TimeoutException)
        {
            // What is wrong may well be the database; the log has the fault itself.
            LogFailed(e, key);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The alarm {Key} could not be sent.")]
    private partial void LogFailed(Exception exception, string key);
}
