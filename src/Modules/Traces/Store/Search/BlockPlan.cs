using System.Diagnostics;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

internal readonly record struct PlannedBlock(SegmentReader Segment, int Number, BlockEntry Entry);

/// <summary>
/// The blocks a question may concern, and the loop that works through them in parallel. All segments stay in use until the plan is disposed.
/// </summary>
internal sealed class BlockPlan : IDisposable
{
    /// <summary>A block mostly takes far less: waiting for a turn before each would take longer than the work. Others wait no longer for it than for a slow block.</summary>
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(1);

    /// <summary>Fewer segments are planned sooner than another worker begins.</summary>
    private const int SegmentsPerWorker = 16;

    private readonly List<SegmentReader.Use> _uses = [];
    private readonly TenantId _tenant;
    private readonly TraceQuery _query;
    private readonly Matcher _matcher;

    private BlockPlan(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query)
    {
        (_tenant, _query, _matcher) = (tenant, query, Matcher.Of(query.Predicate));
        MatchesAll = query.Predicate is Contracts.Predicates.AllTraces;
        try
        {
            foreach (var segment in segments) Take(segment);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public static async Task<BlockPlan> MakeAsync(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, SearchOptions options, CancellationToken cancel)
    {
        var plan = new BlockPlan(tenant, segments, query);
        try
        {
            var blocks = new List<PlannedBlock>[segments.Count];
            await InTurnsAsync(tenant, blocks.Length, 1 + blocks.Length / SegmentsPerWorker, options, () => 0, (index, _) =>
            {
                blocks[index] = plan.BlocksOf(segments[index]);
                return true;
            }, cancel);
            foreach (var some in blocks) plan.Blocks.AddRange(some);
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    public TenantId Tenant => _tenant;

    public List<PlannedBlock> Blocks { get; } = [];

    public bool MatchesAll { get; }

    public bool IsInside(in PlannedBlock block) => block.Entry.MinTime >= _query.FirstTime && block.Entry.MaxTime < _query.EndTime;

    public BlockSelection NewSelection() => new(_matcher);

    /// <summary>The rows of a block that match and lie in the time range.</summary>
    public RowSet Select(in PlannedBlock planned, BlockReader block, BlockSelection selection)
    {
        var rows = MatchesAll ? All(block) : selection.Run(block);
        if (IsInside(planned) || rows.IsEmpty) return rows;
        block.Times.KeepBetween(rows, _query.FirstTime, _query.EndTime);
        return rows;
    }

    /// <param name="work">Called for each block in order of the list, several at once; false ends the loop for blocks not yet begun.</param>
    public Task ForEachAsync(SearchOptions options, Func<PlannedBlock, BlockSelection, bool> work, CancellationToken cancel) =>
        ForEachAsync(options, () => 0, (planned, selection, _) => work(planned, selection), _ => { }, cancel);

    /// <param name="begin">Makes what a worker gathers in; nobody else uses it.</param>
    /// <param name="end">Called with what each worker gathered, one after another.</param>
    public async Task ForEachAsync<T>(SearchOptions options, Func<T> begin, Func<PlannedBlock, BlockSelection, T, bool> work, Action<T> end, CancellationToken cancel)
    {
        foreach (var (_, part) in await InTurnsAsync(_tenant, Blocks.Count, Blocks.Count, options, () => (Selection: NewSelection(), Part: begin()), (index, own) => work(Blocks[index], own.Selection, own.Part), cancel))
            end(part);
    }

    public void Dispose()
    {
        foreach (var use in _uses) use.Dispose();
        _uses.Clear();
    }

    /// <summary>Works through items in their order, several at once, a short while each time the tenant has its turn.</summary>
    /// <param name="workers">At most; there is one at least.</param>
    /// <param name="begin">Makes what a worker alone uses.</param>
    /// <param name="work">False ends the loop for items not yet begun.</param>
    /// <returns>What each worker used.</returns>
    private static async Task<T[]> InTurnsAsync<T>(TenantId tenant, int items, int workers, SearchOptions options, Func<T> begin, Func<int, T, bool> work, CancellationToken cancel)
    {
        var next = -1;
        var stopped = false;
        workers = Math.Min(workers, options.Workers);
        return workers <= 1 ? [await LoopAsync()] : await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(LoopAsync, CancellationToken.None)));

        async Task<T> LoopAsync()
        {
            var own = begin();
            try
            {
                while (!Volatile.Read(ref stopped) && Volatile.Read(ref next) < items - 1)
                {
                    using var place = await options.StepAsync(tenant, cancel);
                    var began = Stopwatch.GetTimestamp();
                    do
                    {
                        var index = Interlocked.Increment(ref next);
                        if (index >= items) break;
                        if (!work(index, own)) Volatile.Write(ref stopped, true);
                    }
                    while (!Volatile.Read(ref stopped) && Stopwatch.GetElapsedTime(began) < LongestStep);
                }
                return own;
            }
            catch
            {
                Volatile.Write(ref stopped, true);
                throw;
            }
        }
    }

    private static RowSet All(BlockReader block)
    {
        var rows = new RowSet(block.Rows);
        rows.Fill();
        return rows;
    }

    private void Take(SegmentReader segment)
    {
        if (segment.Tenant != _tenant) throw new InvalidOperationException($"Segment {segment.Id:N} was opened for another tenant than the one that asks.");
        if (!segment.TryUse(out var use)) throw new ObjectDisposedException(nameof(SegmentReader), $"Segment {segment.Id:N} was closed. Take the current list of segments and ask again.");
        _uses.Add(use);
    }

    private List<PlannedBlock> BlocksOf(SegmentReader segment)
    {
        var blocks = new List<PlannedBlock>();
        if (segment.MaxTime < _query.FirstTime || segment.MinTime >= _query.EndTime) return blocks;
        var candidates = _matcher.Candidates(new SegmentProbe(segment));
        for (var number = candidates.Next(0); number >= 0; number = number + 1 == candidates.Size ? -1 : candidates.Next(number + 1))
        {
            var entry = segment.Directory.Blocks[number];
            if (entry.MaxTime >= _query.FirstTime && entry.MinTime < _query.EndTime) blocks.Add(new PlannedBlock(segment, number, entry));
        }
        return blocks;
    }
}
