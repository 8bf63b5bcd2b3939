using System.Globalization;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Agent.Spooling;
using Akashi.Agent.Tests.Peers;

namespace Akashi.Agent.Tests.Spooling;

public sealed class SpoolTests
{
    private static readonly Tmid Tmid = Tmid.Parse("0f8c2a54-77aa-4c1e-9d1c-3b3f0d6f2a11");
    private static readonly DateTimeOffset At = new(2026, 2, 1, 4, 20, 0, TimeSpan.Zero);

    [Fact]
    public void CloseBatch_Lines_OneZipAsTheFormatSays()
    {
        using var folder = new TestFolder();
        using var spool = Open(folder);
        Append(spool, 3);
        spool.CloseBatch();
        var name = Assert.Single(Zips(folder));
        Assert.Matches("^0f8c2a54-77aa-4c1e-9d1c-3b3f0d6f2a11_[0-9]{15}-[0-9a-f]{32}[.]zip$", name);
        Assert.Equal(
        [
            "02/01/2026 13:20:00.000 +0900 loc=ja-JP type=ITM2 sn=1 lv=5 evt=sys subEvt=test n=0",
            "02/01/2026 13:20:00.000 +0900 loc=ja-JP type=ITM2 sn=2 lv=5 evt=sys subEvt=test n=1",
            "02/01/2026 13:20:00.000 +0900 loc=ja-JP type=ITM2 sn=3 lv=5 evt=sys subEvt=test n=2",
        ], Lines(folder, name));
        Assert.Single(Segments(folder));
        Assert.Equal(name, spool.Outbox.Take());
    }

    [Fact]
    public void Open_AfterEveryPossibleCut_NoGapNoDuplicateWholeLinesKept()
    {
        using var original = new TestFolder();
        string segment;
        using (var spool = Open(original))
        {
            Append(spool, 4);
            spool.Write();
            segment = Assert.Single(Segments(original));
        }
        var content = File.ReadAllBytes(segment);
        for (var length = 0; length <= content.Length; length++)
        {
            using var folder = new TestFolder();
            File.WriteAllBytes(Path.Combine(folder.Path, Path.GetFileName(segment)), content[..length]);
            var whole = content.AsSpan(0, length).Count((byte)'\n');
            using (var spool = Open(folder))
            {
                Assert.Equal(whole + 1, spool.NextNumber);
                Append(spool, 2);
                spool.CloseBatch();
            }
            Assert.Equal(Enumerable.Range(1, whole + 2).Select(n => (long)n), Numbers(folder));
        }
    }

    [Fact]
    public void Open_RubbishAfterIntactLines_Cut() => SeededSource.Run(200, random =>
    {
        using var folder = new TestFolder();
        using (var spool = Open(folder))
        {
            Append(spool, 3);
            spool.Write();
        }
        var segment = Assert.Single(Segments(folder));
        byte[] rubbish = random.Below(2) == 0 ? new byte[random.Below(300)] : random.Bytes(random.Below(300));
        File.AppendAllBytes(segment, rubbish);
        using (var spool = Open(folder)) Assert.Equal(4, spool.NextNumber);
        Assert.Equal([1, 2, 3], Numbers(folder));
    });

    [Fact]
    public void Open_SegmentAndItsBatchBothThere_BatchKeptOnceWithSameBytes()
    {
        using var folder = new TestFolder();
        string segment;
        byte[] content;
        using (var spool = Open(folder))
        {
            Append(spool, 3);
            spool.Write();
            segment = Assert.Single(Segments(folder));
            content = File.ReadAllBytes(segment);
            spool.CloseBatch();
        }
        var name = Assert.Single(Zips(folder));
        var bytes = File.ReadAllBytes(Path.Combine(folder.Path, name));
        File.WriteAllBytes(segment, content); // as if the power failed before the removal was durable
        using (var spool = Open(folder)) Assert.Equal(4, spool.NextNumber);
        Assert.Equal(name, Assert.Single(Zips(folder)));

        // As if the batch had been sent and deleted, but not the segment: the same batch again, which the service knows.
        File.Delete(Path.Combine(folder.Path, name));
        File.WriteAllBytes(segment, content);
        using (var spool = Open(folder)) Assert.Equal(4, spool.NextNumber);
        Assert.Equal(name, Assert.Single(Zips(folder)));
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(folder.Path, name)));
    }

    [Fact]
    public void Open_EverythingSent_NumberingGoesOn()
    {
        using var folder = new TestFolder();
        using (var spool = Open(folder))
        {
            Append(spool, 5);
            spool.CloseBatch();
            spool.Outbox.Delete(spool.Outbox.Take()!);
        }
        using var again = Open(folder);
        Assert.Equal(6, again.NextNumber);
    }

    [Fact]
    public void Add_BeyondDiskLimit_OldestGivenUpAndCounted()
    {
        using var folder = new TestFolder();
        using var spool = Open(folder, new SpoolLimits(DiskBytes: 2000));
        for (var batch = 0; batch < 20; batch++)
        {
            Append(spool, 10);
            spool.CloseBatch();
        }
        Assert.InRange(spool.Outbox.Bytes, 1, 2000);
        var kept = Numbers(folder);
        Assert.Equal(200, kept[^1]);
        Assert.Equal(200 - kept.Count, spool.Outbox.TakeLinesGivenUp());
        Assert.Equal(0, spool.Outbox.TakeLinesGivenUp());
    }

    [Fact]
    public void TryAppend_DiskRefusesAndMemoryIsFull_RefusedWithoutNumber()
    {
        using var folder = new TestFolder();
        using var spool = Open(folder, new SpoolLimits(MemoryBytes: 1000));
        while (spool.TryAppend(At, "lv=5 evt=sys subEvt=test"u8))
        {
            // fills the memory; nothing is written meanwhile
        }
        var next = spool.NextNumber;
        Assert.False(spool.TryAppend(At, "lv=5 evt=sys subEvt=test"u8));
        Assert.Equal(next, spool.NextNumber);
        spool.CloseBatch();
        Assert.True(spool.TryAppend(At, "lv=5 evt=sys subEvt=test"u8));
        spool.CloseBatch();
        Assert.Equal(Enumerable.Range(1, (int)next).Select(n => (long)n), Numbers(folder));
    }

    [Fact]
    public void CloseBatch_FullDisk_NothingLostOnceThereIsRoom()
    {
        Capability.NeedRoot();
        using var disk = SmallDisk.TryMount();
        Assert.SkipWhen(disk is null, "A small tmpfs cannot be mounted here.");
        using var spool = Spool.Open(Path.Combine(disk.Path, "spool"), Tmid, new SpoolLimits(), TimeProvider.System);
        Append(spool, 10);
        spool.CloseBatch();
        disk.Fill();
        Append(spool, 1000);
        Assert.ThrowsAny<IOException>(() => Repeat(20, () =>
        {
            Append(spool, 1000);
            spool.Write();
            spool.CloseBatch();
        }));
        disk.Free();
        Append(spool, 10);
        spool.CloseBatch();
        spool.PackClosed();
        using var copy = new TestFolder();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(disk.Path, "spool"), "*.zip")) File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
        Assert.Equal(Enumerable.Range(1, (int)spool.NextNumber - 1).Select(n => (long)n), Numbers(copy));
    }

    [Fact]
    public async Task TryAppend_ManyThreadsWhileBatchesClose_EveryNumberOnce()
    {
        using var folder = new TestFolder();
        using var spool = Open(folder);
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Append(spool, 5000))).ToList();
        while (!writers.TrueForAll(w => w.IsCompleted))
        {
            spool.Write();
            spool.Sync();
            spool.CloseBatch();
            await Task.Yield();
        }
        await Task.WhenAll(writers);
        spool.CloseBatch();
        Assert.Equal(Enumerable.Range(1, 20_000).Select(n => (long)n), Numbers(folder));
    }

    private static Spool Open(TestFolder folder, SpoolLimits? limits = null) => Spool.Open(folder.Path, Tmid, limits ?? new SpoolLimits(), TimeProvider.System);

    private static void Append(Spool spool, int count)
    {
        for (var i = 0; i < count; i++) Assert.True(spool.TryAppend(At, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"lv=5 evt=sys subEvt=test n={i}"))));
    }

    private static void Repeat(int times, Action action)
    {
        for (var i = 0; i < times; i++) action();
    }

    private static List<string> Zips(TestFolder folder) => [.. Directory.EnumerateFiles(folder.Path, "*.zip").Select(p => Path.GetFileName(p)!)];

    private static List<string> Segments(TestFolder folder) => [.. Directory.EnumerateFiles(folder.Path, "*.seg")];

    private static string[] Lines(TestFolder folder, string name) => ServicePeer.Unzip(name, File.ReadAllBytes(Path.Combine(folder.Path, name)));

    private static List<long> Numbers(TestFolder folder) => [.. Zips(folder).SelectMany(z => Lines(folder, z)).Select(TraceLines.Number).Order()];
}
