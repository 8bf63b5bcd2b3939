using Akashi.Platform.Database;
using Akashi.Platform.Hosting;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Mail;

/// <summary>One mail of any tenant, as far as operators see it.</summary>
/// <param name="MaskedAddress">First letter and domain.</param>
/// <param name="State"><c>waiting</c>, <c>sent</c> or <c>failed</c>.</param>
/// <param name="SentBy"><c>folder</c> or <c>smtp</c>.</param>
/// <param name="Note">What the mail server said last.</param>
public sealed record MailSummary(
    TenantId Tenant, Guid Id, DateTimeOffset CreatedAt, string Template, string MaskedAddress, string State, int Attempts, DateTimeOffset NextAt, DateTimeOffset? SentAt, string? SentBy, string? Note);

/// <summary>What a mail says and to whom.</summary>
/// <param name="Body">Null when it was secret.</param>
/// <param name="MayRepeat">False when the text is no longer there, or the mail waits anyway.</param>
public sealed record MailContent(string State, string ToAddress, string ToName, string Subject, string? Body, bool Secret, string? SentBy, bool MayRepeat);

/// <summary>What operators see of the outbox, and how they have mail sent again.</summary>
public sealed class MailJournal(AkashiDatabase database, WorkSignals signals, ServerOptions options, TimeProvider clock)
{
    public const int PageSize = 100;

    public static readonly IReadOnlyList<string> States = [MailStates.Waiting, MailStates.Sent, MailStates.Failed];

    private const string Find = """
        SELECT state, to_address, to_name, subject, body, secret, sent_by, state <> 'waiting' AND (body IS NOT NULL OR sealed_body IS NOT NULL) AS may_repeat
        FROM platform.mail WHERE id = @id
        """;

    private const string OneSummary = """
        SELECT tenant_id, id, created_at, template, left(to_address, 1) || '…@' || split_part(to_address, '@', 2) AS masked_address, state, attempts, next_at, sent_at, sent_by, note
        FROM platform.mail WHERE id = @id
        """;

    // A mail that was sent already goes out under a new Message-ID: a mailbox that knows the old one would drop it.
    private const string Again = """
        UPDATE platform.mail SET state = 'waiting', attempts = 0, next_at = @now, give_up_at = @giveUpAt, note = NULL, sent_at = NULL, sent_by = NULL,
            repeats = repeats + CASE state WHEN 'sent' THEN 1 ELSE 0 END
        WHERE id = @id AND state <> 'waiting' AND (body IS NOT NULL OR sealed_body IS NOT NULL)
        """;

    /// <summary>Newest first, over all tenants.</summary>
    /// <param name="state">All states when null.</param>
    /// <param name="before">Only older ones, for the next page.</param>
    public async Task<IReadOnlyList<MailSummary>> ListAsync(string? state, Guid? before, CancellationToken cancellation) =>
        [.. (await database.QueryBeforeTenantAsync<Row>("SELECT * FROM platform.mail_overview(@state::text, @before::uuid, @PageSize)", new { state, before, PageSize }, cancellation))
            .Select(row => row.ToSummary())];

    public async Task<MailSummary?> SummaryAsync(TenantId tenant, Guid id, CancellationToken cancellation) =>
        await database.QueryOnceAsync<Row>(tenant, OneSummary, new { id }, cancellation) is [var row] ? row.ToSummary() : null;

    public async Task<MailContent?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellation) =>
        await database.QueryOnceAsync<MailContent>(tenant, Find, new { id }, cancellation) is [var mail] ? mail : null;

    /// <returns>False when there is no such mail, it waits anyway, or its text was wiped.</returns>
    public async Task<bool> SendAgainAsync(TenantId tenant, Guid id, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (await session.ExecuteAsync(Again, new { id, now, giveUpAt = now + MailOutbox.Patience }, cancellation) == 0) return false;
        await signals.RaiseAsync(session, MailOutbox.Queue, cancellation: cancellation);
        await session.CommitAsync(cancellation);
        return true;
    }

    /// <returns>How many; those that wait stay.</returns>
    public async Task<int> DeleteBeforeAsync(TenantId tenant, DateTimeOffset before, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var count = await session.ExecuteAsync("DELETE FROM platform.mail WHERE created_at < @before AND state <> 'waiting'", new { before }, cancellation);
        await session.CommitAsync(cancellation);
        return count;
    }

    /// <summary>Files of the outbox folder of this node, by the time at which they were written.</summary>
    public int DeleteFilesBefore(DateTimeOffset before)
    {
        if (!Directory.Exists(options.OutboxFolder)) return 0;
        var aged = Directory.EnumerateFiles(options.OutboxFolder, "*.eml").Where(file => File.GetLastWriteTimeUtc(file) < before.UtcDateTime).ToList();
        aged.ForEach(File.Delete);
        return aged.Count;
    }

    private sealed record Row(
        Guid TenantId, Guid Id, DateTimeOffset CreatedAt, string Template, string MaskedAddress, string State, int Attempts, DateTimeOffset NextAt, DateTimeOffset? SentAt, string? SentBy, string? Note)
    {
        public MailSummary ToSummary() => new(new TenantId(TenantId), Id, CreatedAt, Template, MaskedAddress, State, Attempts, NextAt, SentAt, SentBy, Note);
    }
}
