using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Akashi.Agent.Protocol;

namespace Akashi.Bench.Receive;

/// <summary>
/// From the terminal's upload to the acknowledgement (archived) and to the search (searchable), beside writing and fsyncing the same bytes.
/// The service does TLS, unpacking, checking, encryption, manifest and signature on top of what the peer does.
/// </summary>
internal static class ReceiveBenchmark
{
    private const int Traces = 400_000;
    private const int TracesPerBatch = 2_000;
    private const int Clients = 8;
    private const string Peer = "write+fsync";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(BenchReport report)
    {
        var lines = Corpus.Read(Traces);
        if (lines is null) return;
        BenchReport.Note($"receive: {Traces} traces in {Traces / TracesPerBatch} batches, {Clients} clients, {Environment.ProcessorCount} cores; PostgreSQL fsync and synchronous_commit on; peer writes the same zips, fsync of file and folder each");
        await using var service = await BenchService.StartAsync(withAgent: false);
        var terminals = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => BenchTerminal.EnrolAsync(service)));
        // Warm: the first batches pay for just-in-time compilation and connections.
        foreach (var terminal in terminals) await terminal.SendAsync(Pack(terminal.Tmid, lines[..TracesPerBatch]));
        await WaitForCountAsync(service, Clients * TracesPerBatch);

        var batches = Enumerable.Range(0, Traces / TracesPerBatch).Select(i => Pack(terminals[i % Clients].Tmid, lines.GetRange(i * TracesPerBatch, TracesPerBatch))).ToArray();
        var processorBefore = ProcessFigures.CpuSeconds(service.ServerProcess) + ProcessFigures.CpuSeconds(service.DatabaseProcess);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (var i = client; i < batches.Length; i += Clients) await terminals[client].SendAsync(batches[i]);
        })));
        var archived = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await WaitForCountAsync(service, (Clients * TracesPerBatch) + Traces);
        var searchable = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var processor = ProcessFigures.CpuSeconds(service.ServerProcess) + ProcessFigures.CpuSeconds(service.DatabaseProcess) - processorBefore;
        var memory = ProcessFigures.PeakMemory(service.ServerProcess);
        foreach (var terminal in terminals) terminal.Dispose();

        var (peerSeconds, peerProcessor, peerMemory) = RunPeer(batches, service.Folder);
        report.AddMoreIsBetter("receive-archived", Traces / archived, "traces/s", Peer, Traces / peerSeconds);
        report.AddMoreIsBetter("receive-searchable", Traces / searchable, "traces/s", Peer, Traces / peerSeconds);
        report.AddLessIsBetter("receive-cpu", processor / Traces * 1e6, "µs/trace", Peer, peerProcessor / Traces * 1e6);
        report.AddLessIsBetter("receive-memory", memory, "MB peak", Peer, peerMemory);
    }

    internal static BenchBatch Pack(Tmid tmid, List<byte[]> lines)
    {
        var name = new BatchName(tmid, TimeProvider.System.GetUtcNow(), BatchId.Parse(RandomNumberGenerator.GetHexString(BatchId.Length, lowercase: true)));
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry(name.EntryName, CompressionLevel.Optimal).Open();
            foreach (var line in lines) entry.Write(line);
        }
        return new BenchBatch(name, memory.ToArray(), lines.Count);
    }

    private static async Task WaitForCountAsync(BenchService service, long expected)
    {
        var started = Stopwatch.GetTimestamp();
        while (await service.CountAsync("*") is var count && count != expected)
        {
            if (count > expected) throw new InvalidOperationException($"{count} traces are searchable, only {expected} were sent.");
            if (Stopwatch.GetElapsedTime(started) > Patience) throw new TimeoutException($"{count} of {expected} traces are searchable after {Patience}.");
            await Task.Delay(50);
        }
    }

    private static (double Seconds, double Processor, double Memory) RunPeer(BenchBatch[] batches, string beside)
    {
        var zips = Path.Combine(beside, "peer-zips");
        Directory.CreateDirectory(zips);
        for (var i = 0; i < batches.Length; i++) File.WriteAllBytes(Path.Combine(zips, $"{i:D6}.zip"), batches[i].Zip);
        using var peer = Process.Start(new ProcessStartInfo("dotnet", [Environment.GetCommandLineArgs()[0], "write-peer", zips, Path.Combine(beside, "peer-files"), $"{Clients}"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var figures = peer.StandardOutput.ReadToEnd().Split(' ').Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        peer.WaitForExit();
        return (figures[0], figures[1], figures[2]);
    }
}
