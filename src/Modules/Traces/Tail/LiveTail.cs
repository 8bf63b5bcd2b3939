using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.Tail;

/// <summary>
/// Tells a client of traces as they are received, until it goes, its session ends, or the server stops. What is more than people can read is left out and
/// counted; a client that was away goes on where it was.
/// </summary>
internal sealed partial class LiveTail(TailBatches batches, TailPlaces places, TraceQueues queues, CallerRecheck recheck, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<LiveTail> logger)
{
    public const int RowsPerSecond = 50;
    private const int Burst = 500;
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(10);

    /// <summary>How soon batches are seen that another node received.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <param name="after">Where the client was; null to begin now.</param>
    /// <param name="shape">A trace as the client wants it.</param>
    /// <returns>Why no tail began; null when one did, and has ended.</returns>
    public async Task<Failure?> RunAsync(TenantId tenant, HttpContext context, Predicate predicate, TailPosition? after, Func<FoundTrace, object> shape)
    {
        if (!places.TryEnter(context.Caller(), out var place, out var refusal)) return refusal;
        using var held = place;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var (stream, cancel) = (new EventStream(context.Response), stop.Token);
        try
        {
            var end = await batches.EndAsync(tenant, cancel);
            var position = after is { } known && known.Leaf <= end ? known : new TailPosition(end, 0);
            await stream.BeginAsync(ComeBack, cancel);
            if (await FollowAsync(tenant, context, new TailFilter(predicate), position, shape, stream, cancel) is { } ended)
            {
                await stream.SendAsync("end", null, new { code = ended.Code, message = PageLanguage.Say(ended.Japanese, ended.English) }, cancel);
                await stream.FlushAsync(cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The client went, or the server stops; then it comes back to another one.
        }
        return null;
    }

    /// <returns>Why it ends.</returns>
    private async Task<Failure> FollowAsync(TenantId tenant, HttpContext context, TailFilter filter, TailPosition position, Func<FoundTrace, object> shape, EventStream stream, CancellationToken cancel)
    {
        var (checkedAt, beatAt, filledAt, allowance) = (clock.GetTimestamp(), 0L, clock.GetTimestamp(), (double)Burst);
        var (left, leftAt) = (0L, clock.GetTimestamp());
        while (true)
        {
            var added = places.NextBatch(tenant);
            var round = await batches.NextAsync(tenant, position.Leaf, cancel);
            if (round.LeftOut > 0)
            {
                position = new TailPosition(round.First, 0);
                await stream.SendAsync("passed", position, new { lines = round.LeftOut }, cancel);
            }
            foreach (var batch in round.Batches)
            {
                allowance = Math.Min(Burst, allowance + clock.GetElapsedTime(filledAt).TotalSeconds * RowsPerSecond);
                filledAt = clock.GetTimestamp();
                try
                {
                    var (rows, more) = await FindAsync(tenant, filter, batch, batch.LeafIndex == position.Leaf ? position.Line : 0, (int)allowance, cancel);
                    allowance -= rows.Count;
                    foreach (var (line, trace) in rows) await stream.SendAsync("trace", new TailPosition(batch.LeafIndex, line + 1), shape(trace), cancel);
                    position = new TailPosition(batch.LeafIndex + 1, 0);
                    left += more;
                }
                catch (RegexMatchTimeoutException)
                {
                    return new ExpressionTooSlow();
                }
                if (beatAt != 0 && clock.GetElapsedTime(beatAt) > Beat) break; // the rest comes with the next round
            }
            if (left > 0 && (round.Batches.Count == 0 || clock.GetElapsedTime(leftAt) > Look))
            {
                await stream.SendAsync("left-out", position, new { traces = left }, cancel);
                (left, leftAt) = (0, clock.GetTimestamp());
            }
            if (clock.GetElapsedTime(checkedAt) > Recheck)
            {
                if (await recheck.CheckAsync(context) is { } failure) return failure;
                checkedAt = clock.GetTimestamp();
            }
            if (beatAt == 0 || clock.GetElapsedTime(beatAt) > Beat)
            {
                await stream.BeatAsync(position, cancel);
                beatAt = clock.GetTimestamp();
            }
            await stream.FlushAsync(cancel);
            if (round.Batches.Count == 0) await Task.WhenAny(added, Task.Delay(Look, clock, cancel));
            cancel.ThrowIfCancellationRequested();
        }
    }

    private async Task<(List<(int Line, FoundTrace Trace)> Rows, long More)> FindAsync(TenantId tenant, TailFilter filter, TailBatch batch, int first, int most, CancellationToken cancel)
    {
        try
        {
            var log = await batches.ReadLogAsync(tenant, batch, cancel);
            using var turn = await queues.Processors.StepAsync(tenant, cancel);
            return await Task.Run(() => filter.Find(batch, log, first, most, cancel), cancel);
        }
        catch (Exception e) when (e is InvalidDataException or CryptographicException or FileNotFoundException)
        {
            LogUnreadable(e, batch.FileName, tenant); // verify names it, too; the tail goes on
            return ([], batch.Lines);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A live tail cannot read the archived batch {FileName} of tenant {Tenant}. Run akashi verify.")]
    private partial void LogUnreadable(Exception exception, string fileName, TenantId tenant);
}
