using System.Diagnostics;
using Akashi.Agent.Tests.Peers;
using Microsoft.AspNetCore.Http;

namespace Akashi.Agent.Tests.Spooling;

public sealed class CrashTests
{
    /// <summary>kill -9 at random points while processes start and the service now and then answers 503 or breaks off after it has stored a batch.</summary>
    [Fact]
    public async Task Run_KilledAtRandomPoints_NoGapNoDuplicateNothingWrittenIsLost()
    {
        const int Kills = 12;
        var seed = Environment.GetEnvironmentVariable("AKASHI_SEED") is { Length: > 0 } text ? ulong.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : (ulong)Environment.TickCount64;
        TestContext.Current.TestOutputHelper!.WriteLine($"AKASHI_SEED={seed}");
        var (random, answers) = (new SeededSource(seed), new SeededSource(seed + 1));
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        peer.Intercept = async (http, name) =>
        {
            int choice;
            lock (answers) choice = answers.Below(10);
            if (choice > 2) return false;
            if (choice == 0)
            {
                http.Response.StatusCode = 503;
                await http.Response.CompleteAsync();
                return true;
            }
            // Stored, but the agent does not hear of it.
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            var stored = peer.Batches.GetOrAdd(name, body.ToArray());
            Assert.Equal(stored, body.ToArray());
            http.Abort();
            return true;
        };
        using var load = Process.Start("bash", ["-c", "while true; do for i in 1 2 3 4 5; do /bin/true crash-load-$i; done; sleep 0.02; done"]);
        var written = new SortedDictionary<long, string>();
        try
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                agent.Start();
                await Task.Delay(300 + random.Below(2500), TestContext.Current.CancellationToken);
                await agent.KillAsync();
                foreach (var line in WrittenLines(agent.Data)) written[TraceLines.Number(line)] = line;
            }
        }
        finally
        {
            load.Kill();
        }
        agent.Start();
        await Eventually.TrueAsync(() => agent.Status() is { BatchesPending: 0, BatchesSent: > 0 }, "an empty outbox. " + agent.Log, 120);
        peer.Intercept = null;
        Assert.Equal(0, await agent.StopAsync());

        var lines = peer.Lines();
        Assert.Equal(Enumerable.Range(1, lines.Count).Select(n => (long)n), lines.Keys);
        Assert.All(written, pair => Assert.Equal(pair.Value, lines[pair.Key]));
        var starts = lines.Values.Where(l => l.Contains(" evt=sys subEvt=start ", StringComparison.Ordinal)).ToList();
        // A run that was killed before its first line reached the disk leaves no start; every later one knows of a crash.
        Assert.InRange(starts.Count, 2, Kills + 1);
        Assert.All(starts.Skip(1), s => Assert.Contains("lastStop=unclean", s, StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(agent.Data, "spool"), "*.zip"));
        Assert.False(Directory.Exists(Path.Combine(agent.Data, "rejected")));
    }

    /// <summary>Whole lines in segment files: they have reached the kernel and must reach the service.</summary>
    private static IEnumerable<string> WrittenLines(string data)
    {
        var spool = Path.Combine(data, "spool");
        if (!Directory.Exists(spool)) yield break;
        foreach (var segment in Directory.EnumerateFiles(spool, "*.seg"))
        {
            var content = File.ReadAllText(segment);
            foreach (var line in content[..(content.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)) yield return line;
        }
    }
}
