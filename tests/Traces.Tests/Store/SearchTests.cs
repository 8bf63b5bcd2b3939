using System.Text;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Export;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Store.Writing;
using Akashi.Traces.Tests.Lines;
using Akashi.Traces.Tests.Query;

namespace Akashi.Traces.Tests.Store;

public class SearchTests
{
    [Fact]
    public void Search_AnyQuery_FindsWhatANaiveFilterFinds() => Seeded.Repeat(chance =>
    {
        using var store = Filled(chance);
        var segments = store.OpenAll();
        for (var i = 0; i < 25; i++)
        {
            var query = Query(chance);
            var expected = Naive(store, query);
            var text = $"{QueryPrinter.Print(query.Predicate)} [{query.From:o}, {query.To:o})";
            var limit = 1 + chance.Next(50);
            var page = Ask.Newest(store.Tenant, segments, query, limit, null, new SearchOptions(1 + chance.Next(3)), CancellationToken.None);
            Assert.True(expected.Take(limit).Select(row => row.Position).SequenceEqual(page.Traces.Select(trace => trace.Position)), text);
            Assert.All(expected.Take(limit).Zip(page.Traces), pair => Assert.True(pair.First.Is(pair.Second), text));
            Assert.True(expected.Count == Ask.Count(store.Tenant, segments, query, SearchOptions.Default, CancellationToken.None), text);
        }
    }, 4);

    [Fact]
    public void Newest_PageByPageAcrossMerges_FindsEachTraceOnce() => Seeded.Repeat(chance =>
    {
        using var store = Filled(chance);
        var query = Query(chance);
        var expected = Naive(store, query);
        var seen = new List<TracePosition>();
        var next = default(TracePosition?);
        do
        {
            var page = Ask.Newest(store.Tenant, store.OpenAll(), query, 7, next, SearchOptions.Default, CancellationToken.None);
            seen.AddRange(page.Traces.Select(trace => trace.Position));
            next = page.Next is { } position && TracePosition.TryParse(position.ToString(), out var parsed) ? parsed : null;
            Merge(store, chance);
        }
        while (next is not null);
        Assert.Equal(expected.Select(row => row.Position), seen);
    }, 2);

    [Fact]
    public void Histogram_AnyQuery_CountsEachTraceInItsBucket() => Seeded.Repeat(chance =>
    {
        using var store = Filled(chance);
        var segments = store.OpenAll();
        var from = new DateTimeOffset(2026, 2, 1, 11, 0, 0, TimeSpan.Zero).AddMilliseconds(chance.Next(100));
        var query = new TraceQuery(chance.Chance(40) ? new AllTraces() : new PredicateMaker(chance).Predicate(), from, from.AddMilliseconds(1 + chance.Next(chance.Chance(50) ? 50 : 30_000_000)));
        var steps = 1 + chance.Next(60);
        var width = Math.Max(1, (query.EndTime - query.FirstTime + steps - 1) / steps);
        var expected = new long[steps];
        foreach (var row in Naive(store, query)) expected[(row.Position.Time - query.FirstTime) / width]++;
        Assert.Equal(expected, Ask.Histogram(store.Tenant, segments, query, query.FirstTime, width, steps, new SearchOptions(1 + chance.Next(3))));
    }, 2);

    [Fact]
    public void Groups_AnyFields_CountAndAddUpAsEachLineSays() => Seeded.Repeat(chance =>
    {
        using var store = Filled(chance);
        var query = Query(chance);
        string[] fields = [.. Enumerable.Range(0, 1 + chance.Next(3)).Select(_ => chance.Pick(LineMaker.Keys))];
        var sum = chance.Chance(50) ? chance.Pick(LineMaker.Keys) : null;
        var expected = new Dictionary<string, (long Count, Int128 Sum)>();
        foreach (var row in Naive(store, query))
        {
            var key = Key(fields.Select(field => First(row.Trace, field)));
            var cell = expected.GetValueOrDefault(key);
            expected[key] = (cell.Count + 1, cell.Sum + (sum is not null && First(row.Trace, sum) is { } text && ColumnBuilder.TryInteger(Encoding.UTF8.GetBytes(text), out var number) ? number : 0));
        }
        var found = Ask.Groups(store.Tenant, store.OpenAll(), query, fields, sum, new SearchOptions(1 + chance.Next(3)));
        Assert.Equal((expected.Count, expected.Values.Sum(cell => cell.Count)), (found.Count, found.Rows));
        var top = found.Top(int.MaxValue);
        foreach (var group in top) Assert.Equal(expected[Key(group.Values)], (group.Count, group.Sum));
        Assert.Equal(top.Select(group => group.Count).OrderDescending(), top.Select(group => group.Count));
        Assert.Equal(top.Take(3).Select(group => Key(group.Values)), found.Top(3).Select(group => Key(group.Values)));

        static string Key(IEnumerable<string?> values) => string.Join('\u0001', values.Select(value => value ?? "\u0002"));

        static string? First(NaiveTrace trace, string field)
        {
            foreach (var (key, value) in trace.Fields ?? [])
            {
                if (Folder.Fold(key).AsSpan().SequenceEqual(Folder.Fold(field))) return value;
            }
            return null;
        }
    }, 3);

    [Fact]
    public void First_OldestPageByPage_GivesEveryTraceOnce() => Seeded.Repeat(chance =>
    {
        using var store = Filled(chance);
        var query = Query(chance);
        var seen = new List<TracePosition>();
        var next = default(TracePosition?);
        do
        {
            var page = Ask.First(store.Tenant, store.OpenAll(), query, TraceOrder.Oldest, 7, next, SearchOptions.Default, CancellationToken.None);
            seen.AddRange(page.Traces.Select(trace => trace.Position));
            next = page.Next;
        }
        while (next is not null);
        Assert.Equal(Naive(store, query).Select(row => row.Position).Reverse(), seen);
    }, 2);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void First_LongLines_MakeShorterPagesThatGoOn(bool oldest)
    {
        using var store = new TestSegments();
        for (var terminal = 0; terminal < 3; terminal++) // side by side in time, in blocks and segments of their own
        {
            var lines = Enumerable.Range(0, 20).Select(n => $"02/01/2026 20:00:{n:D2}.{terminal:D3} +0900 sn={n} long=\"{new string((char)('a' + n), 1_000_000)}\"");
            store.Write((TestSegments.Batch(new Seeded((ulong)terminal)), Encoding.UTF8.GetBytes(string.Join('\n', lines))));
        }
        store.WriteLines(new string('u', 40 << 20)); // longer than a page may be: it has one of its own
        var (seen, pages, next) = (new List<TracePosition>(), 0, default(TracePosition?));
        do
        {
            var page = Ask.First(store.Tenant, store.OpenAll(), new TraceQuery(new AllTraces()), oldest ? TraceOrder.Oldest : TraceOrder.Newest, 50, next, SearchOptions.Default, CancellationToken.None);
            Assert.True(page.Traces.Count == 1 || page.Traces.Sum(trace => (long)trace.Line.Length) <= FirstTraces.MaxBytes);
            seen.AddRange(page.Traces.Select(trace => trace.Position));
            next = page.Next;
            pages++;
        }
        while (next is not null);
        Assert.Equal(oldest ? store.Rows.Select(row => row.Position).Order() : store.Rows.Select(row => row.Position).OrderDescending(), seen);
        Assert.InRange(pages, 3, 5);
    }

    [Fact]
    public void Groups_MoreThanAWorkerKeeps_AddUp()
    {
        using var store = new TestSegments();
        for (var segment = 0; segment < 2; segment++) store.WriteLines(Enumerable.Range(segment * 40_000, 80_000).Select(n => $"02/01/2026 20:00:00.000 +0900 sn=v{n}"));
        var groups = Ask.Groups(store.Tenant, store.OpenAll(), new TraceQuery(new AllTraces()), ["sn"], null, new SearchOptions(3));
        Assert.Equal((120_000, 160_000L), (groups.Count, groups.Rows));
        Assert.Equal([2L, 2L, 2L], groups.Top(3).Select(group => group.Count));
    }

    [Fact]
    public void Export_LongLinesAmongShortOnes_ComesInBatchesThatFitIntoMemory()
    {
        using var store = new TestSegments();
        for (var terminal = 0; terminal < 8; terminal++) // the long ones are a few of each block, and all that is asked for
        {
            var lines = Enumerable.Range(0, 3000).Select(n => n % 250 == 0
                ? $"02/01/2026 20:{n / 60:D2}:{n % 60:D2}.{terminal:D3} +0900 sn={n} long=\"{terminal} {n} {new string('x', 1_000_000)}\""
                : $"02/01/2026 20:{n / 60:D2}:{n % 60:D2}.{terminal:D3} +0900 sn={n}");
            store.Write((TestSegments.Batch(new Seeded((ulong)terminal), terminals: 9), Encoding.UTF8.GetBytes(string.Join('\n', lines))));
        }
        var query = new TraceQuery(QueryParser.TryParse("long:*", out var predicate, out _) ? predicate : throw new InvalidOperationException());
        var found = new List<TracePosition>();
        foreach (var batch in SegmentExport.ReadAsync(store.Tenant, store.OpenAll(), query, SearchOptions.Default, CancellationToken.None).ToBlockingEnumerable())
        {
            Assert.InRange(batch.Sum(trace => (long)trace.Line.Length), 1, 64 << 20);
            found.AddRange(batch.Select(trace => trace.Position));
        }
        Assert.Equal(store.Rows.Where(row => row.Trace.Line.Length > 1_000_000).Select(row => row.Position).Order(), found);
    }

    [Fact]
    public async Task WriteAsync_All_GivesTheLogBackWithItsTerminators()
    {
        using var store = new TestSegments();
        const string log = "02/01/2026 20:00:00.000 +0900 a=1\r\n02/01/2026 20:00:00.001 +0900 a=\"2\"\n02/01/2026 20:00:00.002 +0900 a=3";
        store.Write((TestSegments.Batch(new Seeded(1)), Encoding.UTF8.GetBytes(log)));
        Assert.Equal(log, await ExportAsync(store));
        store.WriteLines("02/01/2026 20:00:01.000 +0900 a=4");
        Assert.Equal(log + "\n02/01/2026 20:00:01.000 +0900 a=4", await ExportAsync(store));

        static async Task<string> ExportAsync(TestSegments store)
        {
            using var output = new MemoryStream();
            await LineExport.WriteAsync(SegmentExport.ReadAsync(store.Tenant, store.OpenAll(), new TraceQuery(new AllTraces()), SearchOptions.Default, CancellationToken.None), output, CancellationToken.None);
            return Encoding.UTF8.GetString(output.ToArray());
        }
    }

    [Theory]
    [InlineData("1769943600000_00000001-0000-4000-8000-000000000000_0123456789abcdef0123456789ABCDEF_7", true)]
    [InlineData("-5_00000001-0000-4000-8000-000000000000_0123456789abcdef0123456789abcdef_0", true)]
    [InlineData("9223372036854775807_00000001-0000-4000-8000-000000000000_0123456789abcdef0123456789abcdef_0", false)]
    [InlineData("5_00000001-0000-4000-8000-000000000000_0123456789abcdef0123456789abcdef_2147483647", false)]
    [InlineData("5_00000001-0000-4000-8000-000000000000_0123456789abcdef0123456789abcdef_-1", false)]
    [InlineData("5_00000001-0000-4000-8000-000000000000_0123456789abcdef0123456789abcde_1", false)]
    [InlineData("5_x_0123456789abcdef0123456789abcdef_1", false)]
    [InlineData("5_00000001-0000-4000-8000-000000000000", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void TryParse_PositionText_IsReadOnlyWhereATraceCanBe(string? text, bool expected)
    {
        Assert.Equal(expected, TracePosition.TryParse(text, out var position));
        if (expected) Assert.Equal(text, position.ToString());
    }

    [Fact]
    public void Search_ByAnotherTenantOrCancelled_GivesNothing()
    {
        using var store = new TestSegments();
        store.WriteLines("02/01/2026 20:00:00.000 +0900 a=1");
        var query = new TraceQuery(new Phrase("1"));
        Assert.Throws<InvalidOperationException>(() => Ask.Count(TenantId.New(TimeProvider.System), store.OpenAll(), query, SearchOptions.Default, CancellationToken.None));
        Assert.ThrowsAny<OperationCanceledException>(() => Ask.Count(store.Tenant, store.OpenAll(), query, SearchOptions.Default, new CancellationToken(true)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ask.Newest(store.Tenant, [], query, 0, null, SearchOptions.Default, CancellationToken.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ask.Histogram(store.Tenant, [], query, 0, 1, SegmentSearch.MaxBuckets + 1, SearchOptions.Default));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ask.Groups(store.Tenant, [], query, [], null, SearchOptions.Default));
    }

    private static TestSegments Filled(Seeded chance)
    {
        var store = new TestSegments { Form = new SegmentForm(1, 1 + chance.Next(100)), Parts = chance.Chance(70) ? new PartBudget(chance.Chance(50) ? 1 << 30 : chance.Next(100_000)) : null };
        for (var flush = chance.Next(4); flush >= 0; flush--) store.Write((TestSegments.Batch(chance), TestSegments.Log(chance, 1 + chance.Next(300))));
        if (store.Rows.Count == 0) store.WriteLines("x");
        return store;
    }

    private static TraceQuery Query(Seeded chance)
    {
        DateTimeOffset? from = chance.Chance(40) ? TestSegments.Received.AddMilliseconds(-chance.Next(20_000_000)) : null;
        DateTimeOffset? to = chance.Chance(40) ? (from ?? new DateTimeOffset(2026, 2, 1, 11, 0, 0, TimeSpan.Zero)).AddMilliseconds(chance.Next(chance.Chance(50) ? 30 : 20_000_000)) : null;
        return new TraceQuery(chance.Chance(10) ? new AllTraces() : new PredicateMaker(chance).Predicate(), from, to);
    }

    private static List<TestSegments.Row> Naive(TestSegments store, TraceQuery query) =>
    [
        .. store.Rows.Where(row => (query.From is null || row.Trace.Time >= query.From) && (query.To is null || row.Trace.Time < query.To) && row.Trace.Matches(query.Predicate))
            .OrderByDescending(row => row.Position),
    ];

    private static void Merge(TestSegments store, Seeded chance)
    {
        if (chance.Chance(70)) return;
        var day = store.Segments.GroupBy(segment => SegmentFormat.PeriodOf(segment.Days.First)).MaxBy(group => group.Count())!.ToList();
        var merged = new SegmentMerger(TimeProvider.System, store.Form).Merge(store.Tenant, store.Folder, [.. day.Select(store.Open)], store.KeyOf, CancellationToken.None);
        store.Segments.RemoveAll(day.Contains);
        store.Segments.Add(merged);
    }
}
