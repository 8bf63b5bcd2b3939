using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Query;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Store;

public class SegmentReaderTests
{
    [Fact]
    public void Dispose_WhileInUse_ClosesAfterTheLastUse()
    {
        using var store = new TestSegments();
        var reader = store.Open(store.WriteLines("02/01/2026 20:00:00.000 +0900 a=1")[0]);
        Assert.True(reader.TryUse(out var use));
        reader.Dispose();
        reader.Dispose();
        Assert.False(reader.TryUse(out _));
        using (var block = new BlockReader(reader, 0)) Assert.Equal(1, block.Times.Length);
        use.Dispose();
        using var closed = new BlockReader(reader, 0);
        Assert.Throws<ObjectDisposedException>(() => closed.Times.Length);
        Assert.Throws<ObjectDisposedException>(() => Ask.Count(store.Tenant, [reader], new TraceQuery(new Phrase("1")), SearchOptions.Default, CancellationToken.None));
    }

    [Fact]
    public async Task Search_ManyAtOnceWhileSegmentsClose_IsRightOrToldClosed()
    {
        using var store = new TestSegments();
        store.WriteLines(Enumerable.Range(0, 2000).Select(i => $"02/01/2026 20:00:00.{i % 1000:000} +0900 evt=ps sn={i}"));
        var cancel = TestContext.Current.CancellationToken;
        for (var round = 0; round < 10; round++)
        {
            var readers = store.OpenAll();
            var searches = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                try
                {
                    return Ask.Count(store.Tenant, readers, new TraceQuery(new FieldEquals("evt", "ps")), new SearchOptions(2), cancel);
                }
                catch (ObjectDisposedException)
                {
                    return 2000;
                }
            }, cancel)).ToArray();
            foreach (var reader in readers) reader.Dispose();
            Assert.All(await Task.WhenAll(searches), count => Assert.Equal(2000, count));
        }
    }

    [Fact]
    public void Chunks_OfASegment_HaveNoncesOfTheirOwnAndNoKeyInTheClear()
    {
        using var store = new TestSegments();
        var segment = store.WriteLines(Enumerable.Range(0, 9000).Select(i => $"02/01/2026 20:00:00.000 +0900 secretKey=secretValue sn={i}"))[0];
        var directory = store.Open(segment).Directory;
        var numbers = directory.Blocks.SelectMany(block => block.Chunks).Select(chunk => chunk.Number).ToList();
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.DoesNotContain(0UL, numbers); // the directory's
        Assert.Equal(-1, File.ReadAllBytes(store.PathOf(segment)).AsSpan().IndexOf("secret"u8));
    }

    [Fact]
    public void Get_MoreSegmentsThanTheCacheHolds_ClosesTheLeastRecentlyUsed()
    {
        using var store = new TestSegments();
        for (var i = 0; i < 5; i++) store.WriteLines($"02/01/2026 20:00:00.000 +0900 a={i}");
        using var cache = new SegmentCache(maxFiles: 2);
        var first = Get(0);
        for (var i = 1; i < 5; i++) Get(i).Dispose();
        Assert.Equal(2, cache.OpenFiles);
        Assert.Single(Ask.Export(store.Tenant, [Get(4).Reader], new TraceQuery(new AllTraces())));
        Assert.NotSame(first.Reader, Get(0).Reader);
        using (var block = new BlockReader(first.Reader, 0)) Assert.Equal(1, block.Times.Length); // still in use
        first.Dispose();
        Assert.Throws<InvalidOperationException>(() => cache.Get(TenantId.New(TimeProvider.System), store.Segments[0].Id, store.PathOf(store.Segments[0]), store.KeyOf));
        cache.Remove(store.Segments[0].Id);
        Assert.Equal(1, cache.OpenFiles);

        SegmentReader.Use Get(int index) => cache.Get(store.Tenant, store.Segments[index].Id, store.PathOf(store.Segments[index]), store.KeyOf);
    }

    [Theory]
    [InlineData(3, 1.5, 3)]
    [InlineData(0, 0, 1)]
    public void Get_MoreThanTheBound_GivesUpIndexesThenSegments(double directories, double indexes, int open)
    {
        using var store = new TestSegments();
        for (var i = 0; i < 3; i++) store.WriteLines(Enumerable.Range(0, 3000).Select(n => $"02/01/2026 20:00:00.000 +0900 a=word{n}"));
        var alone = store.Open(store.Segments[0]);
        AskAll(alone);
        var (directory, index) = (alone.CachedBytes - alone.Index.Bytes, alone.Index.Bytes);
        Assert.InRange(index, 5000, 50_000);
        var bound = (long)(directories * directory + indexes * index);
        using var cache = new SegmentCache(maxBytes: bound);
        for (var i = 0; i < 9; i++)
        {
            using var use = Get(store.Segments[i % 3]);
            AskAll(use.Reader);
        }
        foreach (var segment in store.Segments) Get(segment).Dispose(); // counts what the last ones read
        Assert.Equal(open, cache.OpenFiles);
        if (open == 3) Assert.InRange(store.Segments.Sum(segment => Held(segment)), directory, bound);

        SegmentReader.Use Get(SegmentInfo segment) => cache.Get(store.Tenant, segment.Id, store.PathOf(segment), store.KeyOf);

        void AskAll(SegmentReader reader)
        {
            reader.Index.ReadAll();
            Assert.Equal(1, Ask.Count(store.Tenant, [reader], new TraceQuery(new FieldEquals("a", "word7")), SearchOptions.Default, CancellationToken.None));
        }

        long Held(SegmentInfo segment)
        {
            using var use = Get(segment);
            return use.Reader.CachedBytes;
        }
    }

    [Fact]
    public async Task Get_ForQuestions_ReadsTheIndexesThatAreSoundAndHaveRoom()
    {
        using var store = new TestSegments();
        foreach (var words in new[] { 3000, 3000, 30_000, 30 }) store.WriteLines(Enumerable.Range(0, words).Select(n => $"02/01/2026 20:00:00.000 +0900 a=word{n}"));
        var bytes = await File.ReadAllBytesAsync(store.PathOf(store.Segments[0]), TestContext.Current.CancellationToken);
        bytes[store.Open(store.Segments[0]).Directory.Index[^1].Offset + 5] ^= 1;
        await File.WriteAllBytesAsync(store.PathOf(store.Segments[0]), bytes, TestContext.Current.CancellationToken);
        var alone = store.Segments.ConvertAll(store.Open);
        using var cache = new SegmentCache(maxBytes: alone.Sum(segment => segment.CachedBytes) + alone[2].Index.WholeBytes - 1);
        var uses = store.Segments.ConvertAll(segment => cache.Get(store.Tenant, segment.Id, store.PathOf(segment), store.KeyOf));
        Assert.All(uses, use => Assert.Equal(0, use.Reader.Index.Bytes));
        foreach (var segment in store.Segments) cache.Get(store.Tenant, segment.Id, store.PathOf(segment), store.KeyOf, asked: true).Dispose();
        await TestWait.UntilAsync(() => Task.FromResult(IsRead(3)), TimeSpan.FromSeconds(30), "the last index to be read");
        Assert.Equal([false, true, false, true], Enumerable.Range(0, 4).Select(IsRead));
        Assert.Equal(0, uses[2].Reader.Index.Bytes);
        Assert.Throws<SegmentDamagedException>(uses[0].Reader.Index.ReadAll);
        uses.ForEach(use => use.Dispose());

        bool IsRead(int segment) => uses[segment].Reader.Index.Bytes == uses[segment].Reader.Index.WholeBytes;
    }

    [Theory]
    [InlineData(1 << 30)]
    [InlineData(60_000)] // about one segment of four
    [InlineData(0)]
    public void Ask_WithPartsKeptWithinABudget_AnswersTheSameAgain(long budget)
    {
        using var store = new TestSegments { Form = new Akashi.Traces.Store.Writing.SegmentForm(1, 64) };
        for (var i = 0; i < 4; i++) store.Write((TestSegments.Batch(new Seeded((ulong)i)), TestSegments.Log(new Seeded((ulong)i), 800)));
        using var cache = new SegmentCache(maxPartBytes: budget);
        var expected = Answers(store.OpenAll());
        Parallel.For(0, 60, round =>
        {
            var uses = store.Segments.Skip(round % 2).Select(segment => cache.Get(store.Tenant, segment.Id, store.PathOf(segment), store.KeyOf)).ToList();
            if (round % 2 == 0) Assert.Equal(expected, Answers([.. uses.Select(use => use.Reader)]));
            else _ = Answers([.. uses.Select(use => use.Reader)]);
            uses.ForEach(use => use.Dispose());
        });
        Assert.InRange(cache.PartBytes, budget > 100_000 ? 10_000 : 0, budget);

        string Answers(List<SegmentReader> segments) => string.Join(' ', new[] { "evt:ps", "-cmd:*o*", "sn:[5..500]" }.Select(text =>
        {
            Assert.True(Akashi.Traces.Query.QueryParser.TryParse(text, out var predicate, out _));
            var query = new TraceQuery(predicate);
            var page = Ask.Newest(store.Tenant, segments, query, 20, null, SearchOptions.Default, CancellationToken.None);
            return $"{Ask.Count(store.Tenant, segments, query, SearchOptions.Default, CancellationToken.None)} {page.Next} {Ask.Groups(store.Tenant, segments, query, ["evt", "com"], null, SearchOptions.Default).Count}";
        }));
    }

    [Fact]
    public void ColumnBlock_AnyValues_ComeBack() => Seeded.Repeat(chance =>
    {
        var column = new ColumnBuilder();
        var to = new ByteWriter();
        for (var use = 0; use < 3; use++)
        {
            column.Clear();
            to.Clear();
            var distinct = 1 + chance.Next(chance.Chance(20) ? 70_000 : 400);
            var values = Enumerable.Range(0, chance.Next(chance.Chance(20) ? 80_000 : 1000)).Select(_ => Value(chance, distinct)).ToList();
            foreach (var value in values) column.Add(value);
            if (values.Count == 0) continue;
            column.WriteEntries(to);
            var entries = to.Written.ToArray();
            to.Clear();
            CodeStream.Write(to, column.Codes, column.Distinct);
            var head = new ColumnHead(0, column.Distinct == 1 ? ColumnEncoding.Constant : ColumnEncoding.Dictionary, column.Count, column.Distinct, 0, null, null);
            using var block = new ColumnBlock(head, new ColumnValues(head.Entries, entries, entries.Length, isPooled: false), loaded =>
            {
                var codes = System.Buffers.ArrayPool<int>.Shared.Rent(loaded.Count);
                CodeStream.Read(to.Written, codes.AsSpan(0, loaded.Count), loaded.Entries);
                loaded.TakeCodes(codes);
            });
            for (var i = 0; i < values.Count; i++) Assert.True(values[i].AsSpan().SequenceEqual(block.Value(i)));
            for (var at = 0; at < block.Arena.Length; at += 1 + at / 10)
            {
                var entry = block.EntryAt(at);
                Assert.InRange(at, block.EntryStart(entry), block.EntryEnd(entry) - 1);
            }
        }

        static byte[] Value(Seeded chance, int distinct) => chance.Next(40) switch
        {
            0 when distinct % 3 == 0 => System.Text.Encoding.UTF8.GetBytes(chance.Pick(LineMaker.Values)),
            _ => System.Text.Encoding.UTF8.GetBytes((chance.Next(distinct) * (distinct % 2 == 0 ? 1_000_003L : -7)).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        };
    });

    [Fact]
    public void BlockTimes_AnyRuns_KeepAndCountWhatALoopDoes() => Seeded.Repeat(chance =>
    {
        var span = chance.Chance(30) ? 1L << 40 : 1000L; // also more than 32 bits hold
        var times = Enumerable.Range(0, 1 + chance.Next(200)).Select(_ => (long)(chance.Next64() % (ulong)span) - 500).Chunk(1 + chance.Next(100)).SelectMany(run => run.Order()).ToArray();
        var to = new ByteWriter();
        TimeColumn.Write(to, [.. times.Select(time => new RowMeta(time, 0, 0, 0, default, default))]);
        using var block = new BlockTimes(new ByteReader(to.Written), times.Length, times.Min(), times.Max());
        Assert.Equal(times, Enumerable.Range(0, times.Length).Select(row => block[row]));
        if (times.Max() > times.Min()) Assert.Throws<InvalidDataException>(() => new BlockTimes(new ByteReader(to.Written), times.Length, times.Min(), times.Max() - 1));
        Assert.All(Enumerable.Range(0, times.Length), row =>
        {
            var run = block.RunOf(row);
            Assert.InRange(row, run.Start, run.End - 1);
            Assert.Equal(times[run.Start..run.End].Order(), times[run.Start..run.End]);
        });
        var (first, end) = (chance.Pick(times) - chance.Next(2), chance.Pick(times) + chance.Next(2));
        var rows = new RowSet(times.Length);
        for (var row = 0; row < times.Length; row++) if (chance.Chance(80)) rows.Add(row);
        var expected = Enumerable.Range(0, times.Length).Where(row => rows[row] && times[row] >= first && times[row] < end).ToList();
        block.KeepBetween(rows, first, end);
        Assert.Equal(expected, Enumerable.Range(0, times.Length).Where(row => rows[row]));
        var width = 1 + span / (1 + chance.Next(20));
        var counts = new long[(times.Max() - times.Min()) / width + 1];
        block.CountSteps(rows, times.Min(), width, counts);
        Assert.Equal(counts.Select((_, step) => expected.LongCount(row => (times[row] - times.Min()) / width == step)), counts);
    }, 1);

    [Fact]
    public void RowSet_AnyOperations_AgreeWithAList() => Seeded.Repeat(chance =>
    {
        var size = 1 + chance.Next(200);
        var (set, other) = (new RowSet(size), new RowSet(size));
        var (list, more) = (new SortedSet<int>(), new SortedSet<int>());
        for (var i = chance.Next(size + 1); i > 0; i--)
        {
            var (row, second) = (chance.Next(size), chance.Next(size));
            set.Add(row);
            list.Add(row);
            other.Add(second);
            more.Add(second);
        }
        switch (chance.Next(4))
        {
            case 0:
                set.IntersectWith(other);
                list.IntersectWith(more);
                break;
            case 1:
                set.UnionWith(other);
                list.UnionWith(more);
                break;
            case 2:
                set.Complement();
                list = [.. Enumerable.Range(0, size).Except(list)];
                break;
            default:
                set.Fill();
                list = [.. Enumerable.Range(0, size)];
                break;
        }
        Assert.Equal((list.Count, list.Count == 0), (set.Count(), set.IsEmpty));
        var start = chance.Next(size);
        Assert.Equal(list.Where(row => row >= start).DefaultIfEmpty(-1).First(), set.Next(start));
        Assert.Equal(list.Where(row => row <= start).DefaultIfEmpty(-1).Last(), set.Previous(start));
        Assert.Equal(list, Enumerable.Range(0, size).Where(row => set[row]));
    }, 0.5);
}
