using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.TestKit;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Store.Writing;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Store;

public class RoundTripTests
{
    private const string Header = "02/01/2026 20:00:00.000 +0900";

    [Fact]
    public void Write_AnyLogs_GivesEveryLineBackByteForByte() => Seeded.Repeat(chance =>
    {
        using var store = new TestSegments { Form = new SegmentForm(1, 1 + chance.Next(200)) };
        for (var flush = chance.Next(3); flush >= 0; flush--)
        {
            store.Write([.. Enumerable.Range(0, 1 + chance.Next(3)).Select(_ => (TestSegments.Batch(chance), Log(chance)))]);
        }
        AssertSame(store);

        static byte[] Log(Seeded chance) => chance.Chance(10) ? chance.Bytes(chance.Next(3000)) : TestSegments.Log(chance, chance.Next(300));
    }, 4);

    [Fact]
    public void Write_OddLines_GivesThemBack()
    {
        using var store = new TestSegments();
        var megabyte = new string('x', LineParser.MaxLineBytes);
        store.WriteLines(
            "", "\r", "\0", Header, Header + " ", Header + " a=" + megabyte[..^40], megabyte + "y", new string('é', 700_000),
            Header.Replace("+0900", "-0000", StringComparison.Ordinal) + " a=1",
            Header + string.Concat(Enumerable.Range(0, SegmentFormat.MaxBlockColumns + 1).Select(i => $" k{i}=v{i}")),
            Header + string.Concat(Enumerable.Repeat(" r=1 r=\"2\"", 2000)),
            Header + " sn=1" + new string(' ', 5000) + "x=2");
        AssertSame(store);
    }

    [Fact]
    public void Write_InventedKeys_KeepsColumnsBounded()
    {
        using var store = new TestSegments();
        store.WriteLines(Enumerable.Range(0, 12_000).Select(i => $"{Header} key{i}=value{i} sn={i}"));
        AssertSame(store);
        var directory = store.Open(store.Segments[0]).Directory;
        Assert.InRange(directory.Keys.Length, 100, SegmentFormat.MaxSegmentKeys);
        Assert.All(directory.Blocks, block => Assert.InRange(block.Chunks.Length, 1, ColumnIds.Most));
        Assert.All(directory.Blocks, block => Assert.NotEqual(0, block.RawRows));
    }

    [Fact]
    public void Write_InventedShapes_KeepsLinesBeyondTheBoundVerbatim()
    {
        using var store = new TestSegments();
        string[] keys = ["a", "b", "c", "d", "e", "f", "g"];
        store.WriteLines(Enumerable.Range(0, 9000).Select(i => Header + string.Concat(Enumerable.Range(0, 13).Select(bit => $" {keys[bit % 7]}={((i >> bit & 1) != 0 ? "\"1\"" : "1")}"))));
        AssertSame(store);
    }

    [Fact]
    public void Write_LinesOfSeveralPeriods_FilesEachUnderItsDay()
    {
        using var store = new TestSegments();
        var segments = store.WriteLines(
            "01/31/2026 23:00:00.000 +0900 n=0", "02/01/2026 23:59:59.999 +0900 n=1", "02/02/2026 00:00:00.000 +0900 n=2", "01/01/1970 00:00:00.000 +0900 n=3", "01/01/2099 00:00:00.000 +0900 n=4", "broken");
        Assert.Equal([("2026-01-31–2026-02-01", 2), ("2026-02-02", 4)], segments.Select(segment => (segment.Days.ToString(), (int)segment.Rows)));
        var traces = Newest(store, new AllTraces(), 10);
        Assert.Equal(["n=4", "broken", "n=2", "n=1", "n=0", "n=3"], traces.Select(trace => Encoding.UTF8.GetString(trace.Line).Split(' ')[^1]));
        Assert.Equal([LineFlags.Skewed, LineFlags.Unparsed, LineFlags.None, LineFlags.None, LineFlags.None, LineFlags.Skewed], traces.Select(trace => trace.Flags));
        Assert.Equal(new DateTimeOffset(2098, 12, 31, 15, 0, 0, TimeSpan.Zero), segments[1].MaxTime);
    }

    [Fact]
    public void Write_Segment_TellsWhatIsOnDisk()
    {
        using var store = new TestSegments();
        var segment = Assert.Single(store.WriteLines(Header + " a=1", Header + " a=2"));
        var bytes = File.ReadAllBytes(store.PathOf(segment));
        Assert.Equal((bytes.Length, Sha256.Of(bytes), 2L, SegmentFormat.Version), (segment.Bytes, segment.Digest, segment.Rows, segment.FormatVersion));
        Assert.Equal(DayRange.Of(new JstDay(new DateOnly(2026, 2, 1))), segment.Days);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(store.PathOf(segment)));
        Assert.Equal(-1, bytes.AsSpan().IndexOf("2026"u8));
    }

    [Fact]
    public void Add_KeyFails_LeavesNothingBehind()
    {
        using var store = new TestSegments();
        var calls = 0;
        using (var builder = new SegmentBuilder(store.Tenant, store.Folder, id => ++calls == 2 ? throw new IOException("no key") : store.KeyOf(id), TimeProvider.System, SegmentForm.Fresh))
        {
            Assert.Throws<IOException>(() => store.Add(builder, (TestSegments.Batch(new Seeded(1)), "02/01/2026 20:00:00.000 +0900 a=1\n01/02/2026 20:00:00.000 +0900 a=1"u8.ToArray())));
            Assert.NotEmpty(Directory.EnumerateFileSystemEntries(store.Folder)); // begun
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.Folder));
    }

    [Fact]
    public void Finish_NothingAdded_WritesNothing()
    {
        using var store = new TestSegments();
        using var builder = new SegmentBuilder(store.Tenant, store.Folder, store.KeyOf, TimeProvider.System, SegmentForm.Fresh);
        Assert.Empty(builder.Finish());
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.Folder));
    }

    [Fact]
    public void Add_NothingButLineFeeds_StaysInBoundsAndCountsEachLine()
    {
        using var store = new TestSegments();
        using var builder = new SegmentBuilder(store.Tenant, store.Folder, store.KeyOf, TimeProvider.System, SegmentForm.Fresh);
        var log = new byte[SegmentBuilder.MaxRowsAtOnce + 5];
        Array.Fill(log, (byte)'\n');
        builder.Add([(new BatchSource(TestSegments.Batch(new Seeded(1)).Tmid, TestSegments.Batch(new Seeded(1)).Id, TestSegments.Received), log)]);
        Assert.Equal([SegmentBuilder.MaxRowsAtOnce, 5L], builder.Finish().Select(segment => segment.Rows));
    }

    [Fact]
    public void Add_LogBeyondTheBound_IsRefused()
    {
        using var store = new TestSegments();
        using var builder = new SegmentBuilder(store.Tenant, store.Folder, store.KeyOf, TimeProvider.System, SegmentForm.Fresh);
        Assert.Throws<ArgumentException>(() => store.Add(builder, (TestSegments.Batch(new Seeded(1)), new byte[SegmentFormat.MaxLogBytes + 1])));
    }

    /// <summary>Terminals in any order, one in several goes: more segments, each in order, and nothing lost.</summary>
    [Fact]
    public void Add_TerminalsInAnyOrder_KeepsEveryRowInOrder() => Seeded.Repeat(chance =>
    {
        using var store = new TestSegments { Form = new SegmentForm(1, 1 + chance.Next(60)) };
        using (var builder = new SegmentBuilder(store.Tenant, store.Folder, store.KeyOf, TimeProvider.System, store.Form))
        {
            for (var go = 2 + chance.Next(5); go > 0; go--)
            {
                var terminal = TestSegments.Batch(chance);
                var batches = Enumerable.Range(0, 1 + chance.Next(3)).Select(_ => TestSegments.Batch(chance)).Where(batch => batch.Tmid == terminal.Tmid).Append(terminal);
                store.Add(builder, [.. batches.Select(batch => (batch, TestSegments.Log(chance, chance.Next(100))))]);
            }
            store.Segments.AddRange(builder.Finish());
        }
        AssertSame(store);
    });

    /// <summary>Writing needs as much room as what is written: when there is none nothing stays behind, the sources serve on, and the next try does it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_DiskRunsFull_LeavesNothingBehindAndSucceedsLater(bool merging)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Mounting a small disk needs root.");
        using var store = new TestSegments();
        using var scratch = new TestFolder();
        await using var disk = await SmallDisk.MountAsync(scratch.File("image"), scratch.File("disk"), 16);
        Assert.SkipWhen(disk is null, "This machine mounts no loop devices.");
        var chance = new Seeded(7);
        byte[] Noise() => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 2000).Select(n => $"{Header} sn={n} cmd=\"{Convert.ToBase64String(chance.Bytes(1000))}\"\n")));
        if (merging) for (var i = 0; i < 3; i++) store.Write((TestSegments.Batch(chance), Noise()));
        var logs = (TestSegments.Batch(chance), Noise());
        disk!.FillUpTo(1 << 20);
        Assert.Throws<IOException>(() => { Write(); });
        Assert.DoesNotContain(Directory.EnumerateFiles(scratch.File("disk")), file => Path.GetFileName(file) != "filler");
        if (merging) AssertSame(store);

        disk.RemoveFiller();
        Assert.Equal(merging ? 6000 : 2000, Write().Rows);

        SegmentInfo Write()
        {
            if (merging) return new SegmentMerger(TimeProvider.System).Merge(store.Tenant, scratch.File("disk"), store.OpenAll(), store.KeyOf, TestContext.Current.CancellationToken);
            using var builder = new SegmentBuilder(store.Tenant, scratch.File("disk"), store.KeyOf, TimeProvider.System, SegmentForm.Fresh);
            store.Add(builder, logs);
            return Assert.Single(builder.Finish());
        }
    }

    [Fact]
    public void Merge_Segments_IsTheirUnion() => Seeded.Repeat(chance =>
    {
        using var store = new TestSegments { Form = new SegmentForm(1, 1 + chance.Next(200)) };
        for (var flush = 2 + chance.Next(3); flush > 0; flush--) store.Write((TestSegments.Batch(chance), TestSegments.Log(chance, 1 + chance.Next(400))));
        if (chance.Chance(30)) store.Write([.. store.Rows.GroupBy(row => row.Name).Take(1).Select(batch => (batch.Key, Again(batch)))]); // the same rows once more
        foreach (var period in store.Segments.GroupBy(segment => SegmentFormat.PeriodOf(segment.Days.First)).ToList())
        {
            var merged = new SegmentMerger(TimeProvider.System, store.Form).Merge(store.Tenant, store.Folder, [.. period.Select(store.Open)], store.KeyOf, CancellationToken.None);
            Assert.Equal((period.Min(segment => segment.Days.First), period.Max(segment => segment.Days.Last), period.Sum(segment => segment.Rows)), (merged.Days.First, merged.Days.Last, merged.Rows));
            store.Segments.RemoveAll(period.Contains);
            store.Segments.Add(merged);
        }
        AssertSame(store);

        static byte[] Again(IEnumerable<TestSegments.Row> rows) => [.. rows.SelectMany(row => row.Trace.Line.Concat(row.End.Bytes().ToArray()))];
    }, 3);

    [Fact]
    public void Merge_LongLinesBetweenShortOnes_FillsNoBlockBeyondItsBound()
    {
        using var store = new TestSegments();
        for (var batch = 0; batch < 4; batch++)
        {
            // In each source the short lines bring the average down; merged, the long ones lie side by side.
            var lines = Enumerable.Range(0, 1220).Select(n => n is < 600 or >= 620
                ? $"02/01/2026 20:00:0{(n < 600 ? 0 : 2)}.000 +0900 sn={n}"
                : $"02/01/2026 20:00:01.000 +0900 long=\"{batch}-{n}-{new string('x', 900_000)}\"");
            store.Write((TestSegments.Batch(new Seeded((ulong)batch), terminals: 1), Encoding.UTF8.GetBytes(string.Join('\n', lines))));
        }
        var merged = new SegmentMerger(TimeProvider.System, store.Form).Merge(store.Tenant, store.Folder, store.OpenAll(), store.KeyOf, CancellationToken.None);
        using var reader = SegmentReader.Open(store.Tenant, store.PathOf(merged), merged.Id, store.KeyOf(merged.Id));
        Assert.All(reader.Directory.Blocks, block => Assert.InRange(block.Chunks.Sum(chunk => (long)chunk.Decoded), 1, SegmentFormat.MaxBlockBytes + (2 << 20)));
        Assert.Equal(store.Rows.Sum(row => (long)row.Trace.Line.Length), reader.Directory.Blocks.Sum(block => block.LineBytes));
        store.Segments.Clear();
        store.Segments.Add(merged);
        AssertSame(store);
    }

    /// <summary>The segments hold exactly the rows that were written, and export gives them in order.</summary>
    internal static void AssertSame(TestSegments store)
    {
        var found = Ask.Export(store.Tenant, store.OpenAll(), new TraceQuery(new AllTraces()));
        var rows = store.Rows.OrderBy(row => row.Position).ToList();
        Assert.Equal(rows.Count, found.Count);
        Assert.Equal(rows.Count, store.Segments.Sum(segment => segment.Rows));
        for (var i = 0; i < rows.Count; i++) Assert.True(rows[i].Is(found[i]), $"row {i}: {Encoding.UTF8.GetString(rows[i].Trace.Line.AsSpan(0, Math.Min(500, rows[i].Trace.Line.Length)))}");
    }

    private static IReadOnlyList<FoundTrace> Newest(TestSegments store, Predicate predicate, int limit) =>
        Ask.Newest(store.Tenant, store.OpenAll(), new TraceQuery(predicate), limit, null, SearchOptions.Default, CancellationToken.None).Traces;
}
