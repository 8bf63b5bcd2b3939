using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;
using Microsoft.Extensions.Logging;

namespace Akashi.Platform.Mail;

/// <summary>
/// Sends what waits. A mail is marked as sent after the server has taken it: when a process dies in the moment between the two, the mail goes out
/// again, under the same Message-ID. Everything else is sent once.
/// </summary>
internal sealed partial class MailSender(MailQueue queue, MailTransports transports, WorkSignals signals, TimeProvider clock, ILogger<MailSender> logger) : SignalledWork(signals, clock, logger)
{
    private static readonly TimeSpan AttemptLimit = MailQueue.Lease / 2;
    private const int MaximumRound = 100; // then the next tenant has its turn

    protected override string Queue => MailOutbox.Queue;

    protected override TimeSpan Lease => MailQueue.Lease;

    /// <summary>A mail server that does not answer holds up its own tenant alone.</summary>
    protected override int Parallelism => 8;

    protected override Task WorkAsync(TenantId tenant, CancellationToken cancellation) => SendDueAsync(tenant, cancellation);

    internal async Task SendDueAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using (var transport = await transports.OpenAsync(tenant, cancellation))
        {
            for (var count = 0; count < MaximumRound && !cancellation.IsCancellationRequested; count++)
            {
                if (await queue.TakeAsync(tenant, cancellation) is not { } mail) break;
                // A stop of the service does not cut an attempt short: nobody could tell whether the server took the mail.
                using var limit = new CancellationTokenSource(AttemptLimit);
                var delivery = await transport.SendAsync(mail, limit.Token);
                await queue.RecordAsync(tenant, mail, delivery, CancellationToken.None);
                LogEnded(mail.Id, tenant, mail.Attempt, delivery.GetType().Name);
                if (delivery is Delivery.Later { WholeServer: true }) break;
            }
        }
        await queue.SignalNextAsync(tenant, CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Mail {Id} of tenant {Tenant}, attempt {Attempt}: {Outcome}.")]
    private partial void LogEnded(Guid id, TenantId tenant, int attempt, string outcome);
}
