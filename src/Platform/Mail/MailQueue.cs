using Akashi.Platform.Errors;
using System.Security.Cryptography;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Mail;

/// <summary>One tenant's waiting mail: taken under a lease, then recorded as what became of it.</summary>
internal sealed class MailQueue(AkashiDatabase database, WorkSignals signals, KeyStore keys, TimeProvider clock)
{
    /// <summary>Longer than any attempt may take: only after it may another node believe that the attempt died with its process.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(4);
    private const int MaximumDoublings = 12;
    private const int MaximumNote = 1000;

    // The attempt is counted when it begins: a mail that kills its sender is not tried for ever.
    private const string Take = """
        UPDATE platform.mail SET attempts = attempts + 1, next_at = @leaseEnd
        WHERE (tenant_id, id) = (SELECT tenant_id, id FROM platform.mail WHERE state = 'waiting' AND next_at <= @now ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, created_at, language, to_address, to_name, subject, body, sealed_body, attempts, repeats, give_up_at
        """;

    private const string MarkSent = """
        UPDATE platform.mail SET state = 'sent', sent_at = @now, sent_by = @By, note = @note, sealed_body = NULL WHERE id = @id AND state = 'waiting'
        """;

    private const string MarkFailed = "UPDATE platform.mail SET state = 'failed', note = @note WHERE id = @id AND state = 'waiting'";

    private const string Postpone = "UPDATE platform.mail SET next_at = @next, note = @note WHERE id = @id AND state = 'waiting'";

    private const string PostponeOthers = "UPDATE platform.mail SET next_at = @next WHERE state = 'waiting' AND next_at <= @now";

    /// <returns>Null when nothing is due.</returns>
    public async Task<TakenMail?> TakeAsync(TenantId tenant, CancellationToken cancellation)
    {
        while (true)
        {
            var now = clock.GetUtcNow();
            await using var session = await database.OpenAsync(tenant, cancellation);
            var row = await session.QueryFirstOrDefaultAsync<Row>(Take, new { now, leaseEnd = now + Lease }, cancellation);
            if (row is null) return null;
            var spent = row.Attempts > 1 && row.GiveUpAt < now; // its earlier attempts ended without a word: their process died
            if (!spent && TextOf(tenant, row) is { } text)
            {
                await session.CommitAsync(cancellation);
                return new TakenMail(row.Id, row.CreatedAt, row.Language, row.ToAddress, row.ToName, row.Subject, text, row.Attempts, row.Repeats, row.GiveUpAt);
            }
            await session.ExecuteAsync(MarkFailed, new { row.Id, note = spent ? "送信が何度も途中で終わりました。 / Its attempts ended in mid-way." : "本文を復号できません。 / The text cannot be unsealed." }, cancellation);
            await session.CommitAsync(cancellation);
        }
    }

    public async Task RecordAsync(TenantId tenant, TakenMail mail, Delivery delivery, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(tenant, cancellation);
        switch (delivery)
        {
            case Delivery.Done done:
                await session.ExecuteAsync(MarkSent, new { mail.Id, now, done.By, note = OneLine.Of(done.Note, MaximumNote) }, cancellation);
                break;
            case Delivery.Refused refused:
                await session.ExecuteAsync(MarkFailed, new { mail.Id, note = OneLine.Of(refused.Note, MaximumNote) }, cancellation);
                break;
            case Delivery.Later later:
                var next = now + PauseAfter(mail.Attempt);
                await session.ExecuteAsync(next > mail.GiveUpAt ? MarkFailed : Postpone, new { mail.Id, next, note = OneLine.Of(later.Note, MaximumNote) }, cancellation);
                if (later.WholeServer) await session.ExecuteAsync(PostponeOthers, new { next, now }, cancellation);
                break;
            default:
                throw new InvalidOperationException($"A delivery cannot end as {delivery.GetType().Name}.");
        }
        await session.CommitAsync(cancellation);
    }

    /// <summary>Has the tenant's mail looked at again when the next one is due, be it a retry or one whose sender died.</summary>
    public async Task SignalNextAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (await session.QuerySingleAsync<DateTimeOffset?>("SELECT min(next_at) FROM platform.mail WHERE state = 'waiting'", cancellation: cancellation) is not { } next) return;
        await signals.RaiseAsync(session, MailOutbox.Queue, next, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>30 seconds, then twice as long each time, four hours at most.</summary>
    internal static TimeSpan PauseAfter(int attempt)
    {
        var pause = FirstPause * Math.Pow(2, Math.Clamp(attempt - 1, 0, MaximumDoublings));
        return pause < LongestPause ? pause : LongestPause;
    }

    private string? TextOf(TenantId tenant, Row row)
    {
        try
        {
            return row.Body ?? (row.SealedBody is { } body ? MailSeal.Open(keys, tenant, row.Id, body) : null);
        }
        catch (Exception e) when (e is CryptographicException or DataKeyDestroyedException)
        {
            return null;
        }
    }

    private sealed record Row(Guid Id, DateTimeOffset CreatedAt, string Language, string ToAddress, string ToName, string Subject, string? Body, byte[]? SealedBody, int Attempts, int Repeats, DateTimeOffset GiveUpAt);
}
