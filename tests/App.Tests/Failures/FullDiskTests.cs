using System.Net;
using Akashi.TestKit;
using Akashi.TestKit.Crash;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.Failures;

/// <summary>A disk that runs full: senders are asked to come back, nothing acknowledged is lost, freed space is enough to go on.</summary>
public sealed class FullDiskTests
{
    private const int Lines = 400;
    private const int Padding = 1000; // does not compress: about 400 KB a batch
    private static readonly TimeProvider Clock = TimeProvider.System;

    [Theory]
    [InlineData("objects")]
    [InlineData("segments")]
    public async Task Put_FullDisk_Is503WithRetryAfterAndRecoversWhenSpaceIsFreed(string full)
    {
        Needs.Root("mounting a small disk");
        Needs.Program("mkfs.ext4");
        SmallDisk? disk = null;
        RunningService? service = null;
        using var scratch = new TestFolder();
        try
        {
            service = await RunningService.StartAsync(new ServiceSettings(Prepare: data => disk = SmallDisk.MountAsync(scratch.File("image"), Path.Combine(data, full), 16).GetAwaiter().GetResult()));
            Assert.SkipWhen(disk is null, "Skipped: this machine mounts no loop devices.");
            await FillAndRecoverAsync(service, disk, full);
        }
        finally
        {
            if (service is not null) await service.DownAsync();
            if (disk is not null) await disk.DisposeAsync();
            if (service is not null) await service.DisposeAsync();
        }
    }

    private static async Task FillAndRecoverAsync(RunningService service, SmallDisk disk, string full)
    {
        using var terminal = await TestTerminal.EnrolAsync(service);
        using var api = service.CreateApi();
        var ledger = new BatchLedger();
        var first = ledger.Make(terminal.Tmid, Clock.GetUtcNow(), Lines, Padding);
        await TakenAsync(terminal, ledger, first);
        await StoreProof.IndexedAsync(service);
        disk.FillUpTo(2 << 20);

        var waiting = new List<TestBatch>();
        for (var sent = 0; sent < 12; sent++)
        {
            var batch = ledger.Make(terminal.Tmid, Clock.GetUtcNow(), Lines, Padding);
            var answer = await terminal.PutAsync(batch);
            if (answer.Acknowledged) ledger.Acknowledge(batch);
            else waiting.Add(batch);
            if (!answer.Acknowledged) Assert.True(answer is { Status: HttpStatusCode.ServiceUnavailable, Code: "storage-unavailable", RetryAfter: not null }, answer.ToString());
        }
        var archives = full == "objects";
        Assert.Equal(archives, waiting.Count > 0); // segments alone may wait: the archive is what was promised
        if (archives) Assert.Equal(ledger.AcknowledgedBatches, Directory.EnumerateFiles(service.ObjectsFolder, "*", SearchOption.AllDirectories).Count(file => !file.EndsWith("filler", StringComparison.Ordinal)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{full} full: {ledger.AcknowledgedBatches} batches taken, {waiting.Count} asked to come back.");
        Assert.True(await api.CountAsync("*") >= Lines, "what was searchable stays so");

        disk.RemoveFiller();
        foreach (var batch in waiting) await TakenAsync(terminal, ledger, batch);
        await StoreProof.IndexedAsync(service);
        Assert.Equal(ledger.OfferedLines, await api.CountAsync("*"));
        Assert.Empty(ledger.Judge(await api.ExportAsync("*")));
        await StoreProof.VerifiedAsync(service);
    }

    private static Task TakenAsync(TestTerminal terminal, BatchLedger ledger, TestBatch batch) => Eventually.HoldsAsync(async () =>
    {
        if (!(await terminal.PutAsync(batch)).Acknowledged) return false;
        ledger.Acknowledge(batch);
        return true;
    }, "the batch is taken");
}
