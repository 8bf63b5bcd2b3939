using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Store.Writing;
using Akashi.Traces.Tests.Lines;
using Akashi.Traces.Tests.Query;

namespace Akashi.Traces.Tests.Store;

public class ExportOrderTests
{
    [Fact]
    public void Next_ManyOverlappingBlocksAndFewRowsKept_GivesEachTraceOnceInOrder() => Seeded.Repeat(chance =>
    {
        using var store = Filled(chance);
        var mostKept = store.Rows.Count / (1 + chance.Next(8)) + store.OpenAll().Sum(segment => segment.Directory.Blocks.Length);
        foreach (var predicate in (IEnumerable<Predicate>)[new AllTraces(), new PredicateMaker(chance).Predicate()])
        {
            var (found, peak) = Read(store, new TraceQuery(predicate), mostKept);
            Assert.Equal(store.Rows.Where(row => row.Trace.Matches(predicate)).Select(row => row.Position).Order(), found.Select(trace => trace.Position));
            Assert.InRange(peak, 0, mostKept);
        }
    }, 4);

    /// <summary>As of two thousand terminals whose rows of a day are a block each.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    public void Next_BlocksOfOneTime_KeepsNoMoreRowsThanAllowed(int mostKept)
    {
        using var store = new TestSegments { Form = new SegmentForm(1, 100) };
        for (var terminal = 0; terminal < 40; terminal++) // in each millisecond of a hundred every terminal has a row
            store.Write((TestSegments.Batch(new Seeded((ulong)terminal), terminals: 1 << 20), Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 100).Select(n => $"02/01/2026 20:00:00.{n:D3} +0900 sn={n}")))));
        var (found, peak) = Read(store, new TraceQuery(new AllTraces()), mostKept);
        Assert.Equal(store.Rows.Select(row => row.Position).Order(), found.Select(trace => trace.Position));
        // One row a block is the least that there can be; with enough room each block is looked at once.
        Assert.Equal(Math.Clamp(mostKept, 40, 4_000), peak);
    }

    /// <summary>Blocks behind one another share nothing: each has all the room.</summary>
    [Fact]
    public void Next_BlocksOneAfterAnother_AreKeptWhole()
    {
        using var store = new TestSegments { Form = new SegmentForm(1, 100) };
        store.WriteLines(Enumerable.Range(0, 1_000).Select(n => $"02/01/2026 20:00:00.{n:D3} +0900 sn={n}"));
        var (found, peak) = Read(store, new TraceQuery(new AllTraces()), mostKept: 100);
        Assert.Equal((1_000, 100), (found.Count, peak));
    }

    private static TestSegments Filled(Seeded chance)
    {
        var store = new TestSegments { Form = new SegmentForm(1, 1 + chance.Next(60)) };
        for (var segment = 1 + chance.Next(12); segment >= 0; segment--)
        {
            if (chance.Chance(40))
            {
                store.Write((TestSegments.Batch(chance), TestSegments.Log(chance, 1 + chance.Next(100))));
                continue;
            }
            var range = 1 + chance.Next(chance.Chance(50) ? 5 : 900); // few moments: many rows of one time, in the block and beyond
            var lines = Enumerable.Range(0, 1 + chance.Next(200)).Select(n => $"02/01/2026 20:00:00.{chance.Next(range):D3} +0900 sn={n}");
            store.Write((TestSegments.Batch(chance, terminals: 1 + chance.Next(10)), Encoding.UTF8.GetBytes(string.Join('\n', lines))));
        }
        return store;
    }

    private static (List<FoundTrace> Found, int Peak) Read(TestSegments store, TraceQuery query, int mostKept)
    {
        using var plan = BlockPlan.MakeAsync(store.Tenant, store.OpenAll(), query, SearchOptions.Default, CancellationToken.None).GetAwaiter().GetResult();
        var rows = new OrderedRows(plan, SearchOptions.Default, mostKept);
        var found = new List<FoundTrace>();
        while (rows.NextAsync(CancellationToken.None).GetAwaiter().GetResult() is { Count: > 0 } traces)
        {
            found.AddRange(traces);
            Assert.InRange(found.Count, 0, store.Rows.Count); // else it may never end
        }
        return (found, rows.Peak);
    }
}
