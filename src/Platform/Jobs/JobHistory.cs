using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;

namespace Akashi.Platform.Jobs;

/// <summary>One run of a job.</summary>
/// <param name="Cause"><c>schedule</c>, <c>person</c> or <c>recovery</c> (its node had died in the middle).</param>
/// <param name="Outcome"><c>running</c>, <c>succeeded</c>, <c>failed</c>, <c>stopped</c> (the service was stopped) or <c>lost</c> (its node died).</param>
public sealed record JobRun(Guid Id, string Job, string Node, string Cause, string? AskedBy, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Outcome, string? Message, string? EnglishMessage)
{
    /// <summary>In the reader's language. Runs before this version have a line in one of them alone.</summary>
    public string? Told => Message is null ? null : PageLanguage.Say(Message, EnglishMessage ?? Message);
}

/// <summary>What ran, where, and how it ended.</summary>
internal sealed class JobHistory(AkashiDatabase database, TimeProvider clock)
{
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Stopped = "stopped";

    private const int MaximumMessage = 2000;
    private const string Columns = "SELECT id, job, node, cause, asked_by, started_at, ended_at, outcome, message, english_message FROM platform.job_run";

    // Whoever holds the job's lock knows that no other run of it lives.
    private const string Begin = """
        WITH dead AS (UPDATE platform.job_run SET outcome = 'lost', ended_at = @now, message = @Japanese, english_message = @English WHERE job = @job AND outcome = 'running')
        INSERT INTO platform.job_run (id, job, node, cause, asked_by, started_at, outcome) VALUES (@id, @job, @node, @cause, @askedBy, @now, 'running')
        """;

    private const string End = "UPDATE platform.job_run SET outcome = @outcome, ended_at = @now, message = @message, english_message = @english WHERE id = @id AND outcome = 'running'";

    // A node that stopped checking in has been taken out of the cluster's list by the others.
    private const string MarkLost = """
        UPDATE platform.job_run r SET outcome = 'lost', ended_at = @now, message = @Japanese, english_message = @English
        WHERE outcome = 'running' AND started_at < @before AND NOT EXISTS (SELECT 1 FROM quartz.qrtz_scheduler_state s WHERE s.instance_name = r.node)
        """;

    /// <summary>The newest run of each job: from job to job along the index, however many runs there are.</summary>
    public const string Newest = """
        WITH RECURSIVE known AS (
            (SELECT job FROM platform.job_run ORDER BY job LIMIT 1)
            UNION ALL
            SELECT (SELECT r.job FROM platform.job_run r WHERE r.job > known.job ORDER BY r.job LIMIT 1) FROM known WHERE known.job IS NOT NULL)
        SELECT last.id, last.job, last.node, last.cause, last.asked_by, last.started_at, last.ended_at, last.outcome, last.message, last.english_message
        FROM known CROSS JOIN LATERAL (SELECT * FROM platform.job_run r WHERE r.job = known.job ORDER BY r.id DESC LIMIT 1) AS last
        """;

    private static readonly JobMessage Lost = new("実行中のノードが停止しました。", "Its node died.");

    public async Task<Guid> BeginAsync(string job, string node, string cause, string? askedBy, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await database.ExecuteBeforeTenantAsync(Begin, new { id, job, node, cause, askedBy, now, Lost.Japanese, Lost.English }, cancellation);
        return id;
    }

    public Task EndAsync(Guid id, string outcome, JobMessage message, CancellationToken cancellation) =>
        database.ExecuteBeforeTenantAsync(End, new { id, outcome, now = clock.GetUtcNow(), message = OneLine.Of(message.Japanese, MaximumMessage), english = OneLine.Of(message.English, MaximumMessage) }, cancellation);

    public Task<int> MarkLostAsync(TimeSpan grace, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return database.ExecuteBeforeTenantAsync(MarkLost, new { now, before = now - grace, Lost.Japanese, Lost.English }, cancellation);
    }

    public async Task<IReadOnlyList<JobRun>> ListAsync(string? job, Guid? before, int count, CancellationToken cancellation) =>
        await database.QueryBeforeTenantAsync<JobRun>($"{Columns} WHERE (@job::text IS NULL OR job = @job) AND (@before::uuid IS NULL OR id < @before) ORDER BY id DESC LIMIT @count", new { job, before, count }, cancellation);

    /// <summary>The newest run of each job.</summary>
    public async Task<IReadOnlyList<JobRun>> LastAsync(CancellationToken cancellation) => await database.QueryBeforeTenantAsync<JobRun>(Newest, null, cancellation);

    /// <param name="succeededBefore">Of the runs that succeeded these go: some jobs run every minute.</param>
    public Task<int> DeleteBeforeAsync(DateTimeOffset before, DateTimeOffset succeededBefore, CancellationToken cancellation) => database.ExecuteBeforeTenantAsync(
        "DELETE FROM platform.job_run WHERE (started_at < @before AND outcome <> 'running') OR (started_at < @succeededBefore AND outcome = 'succeeded')", new { before, succeededBefore }, cancellation);
}
