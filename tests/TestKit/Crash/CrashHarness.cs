using System.Diagnostics;
using System.Globalization;
using Akashi.TestKit.Service;

namespace Akashi.TestKit.Crash;

/// <param name="Kills">How many.</param>
/// <param name="TracesPerSecond">Offered by all terminals together.</param>
/// <param name="Log">Told of every kill and of the seed.</param>
public sealed record CrashPlan(int Kills, int TracesPerSecond, Chance Chance, Action<string> Log)
{
    public int Terminals { get; init; } = 4;

    public int LinesPerBatch { get; init; } = 100;
}

/// <param name="TracesPerSecond">Offered over the whole run, outages included.</param>
/// <param name="SlowestReturn">From a kill to the next acknowledged batch.</param>
public sealed record CrashReport(IReadOnlyList<string> Kills, BatchLedger Ledger, double TracesPerSecond, TimeSpan SlowestReturn, long GivenUp, IReadOnlyDictionary<string, int> Refusals);

/// <summary>
/// Kills a service's processes at chosen points, by id and with <c>kill -9</c>, while terminals offer traces. The supervisor alone brings
/// them back. Afterwards everything offered has been taken or given up; the caller compares the store with the ledger.
/// </summary>
public sealed class CrashHarness(RunningService service, CrashPlan plan)
{
    private static readonly TimeSpan PointPatience = TimeSpan.FromMinutes(2), ReturnPatience = TimeSpan.FromMinutes(2), DrainPatience = TimeSpan.FromMinutes(5), Gap = TimeSpan.FromSeconds(1);
    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly BatchLedger _ledger = new();

    public async Task<CrashReport> RunAsync()
    {
        plan.Log($"Seed {plan.Chance.Seed}; again with AKASHI_CRASH_SEED={plan.Chance.Seed}.");
        await using var traffic = await TrafficSource.StartAsync(service, plan.Terminals, plan.LinesPerBatch, plan.TracesPerSecond, _ledger, plan.Chance, Clock);
        var began = Stopwatch.GetTimestamp();
        await Eventually.HoldsAsync(() => traffic.Acknowledged >= plan.Terminals, "the first batches are taken");
        using var watch = new PhaseWatch(service);
        var kills = new List<string>();
        var slowest = TimeSpan.Zero;
        foreach (var point in CrashPoint.Plan(plan.Kills, service.Settings.WithAgent, plan.Chance))
        {
            await Task.Delay(Gap, Clock);
            var hit = await KillAsync(watch, point);
            var returned = await ReturnAsync(traffic, point, hit);
            if (returned > slowest) slowest = returned;
            kills.Add($"{point.Victim} while {point.Phase}{(point.DelayMicroseconds > 0 ? string.Create(CultureInfo.InvariantCulture, $" + {point.DelayMicroseconds / 1000.0:0.0} ms") : "")}: {await WhereAsync(hit)}; back after {returned.TotalSeconds:0.0} s");
            plan.Log($"{kills.Count,2}. {kills[^1]}");
        }
        await Task.Delay(Gap, Clock);
        var rate = _ledger.OfferedLines / Stopwatch.GetElapsedTime(began).TotalSeconds;
        await traffic.FinishAsync(DrainPatience);
        return new CrashReport(kills, _ledger, rate, slowest, traffic.GivenUp, traffic.Refusals);
    }

    private async Task<Hit> KillAsync(PhaseWatch watch, CrashPoint point)
    {
        var pid = service.Programs.Pid(point.Program);
        if (point.Victim == Victim.DatabaseBackend) pid = BackendOf(pid);
        if (!ServicePrograms.IsAlive(pid)) throw new InvalidOperationException($"{point.Program} with id {pid} does not run.");
        try
        {
            return await watch.ArmAsync(point, pid).WaitAsync(PointPatience);
        }
        catch (TimeoutException e)
        {
            watch.Disarm();
            throw new TimeoutException($"The point '{point.Phase}' was not seen within {PointPatience.TotalSeconds} s.", e);
        }
    }

    private int BackendOf(int postmaster)
    {
        var backends = ServicePrograms.WithChildren(postmaster).Where(IsBackend).ToList();
        return backends.Count > 0 ? backends[plan.Chance.Next(backends.Count)] : throw new InvalidOperationException("PostgreSQL serves nobody.");
    }

    private static bool IsBackend(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline")).Contains("akashi_app", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Waits until the killed program runs anew and a batch that was sent after the kill has been taken.</summary>
    private async Task<TimeSpan> ReturnAsync(TrafficSource traffic, CrashPoint point, Hit hit)
    {
        var began = Stopwatch.GetTimestamp();
        await Eventually.HoldsAsync(async () => !ServicePrograms.IsAlive(hit.Pid) && await RunsAsync(point, hit), $"{point.Victim} runs again", ReturnPatience);
        var taken = traffic.Acknowledged;
        await Eventually.HoldsAsync(() => Task.FromResult(traffic.Acknowledged > taken), "batches are taken again", ReturnPatience);
        return Stopwatch.GetElapsedTime(began);
    }

    private async Task<bool> RunsAsync(CrashPoint point, Hit hit)
    {
        var pid = service.Programs.Pid(point.Program);
        if (!ServicePrograms.IsAlive(pid) || (pid == hit.Pid && point.Victim != Victim.DatabaseBackend)) return false;
        try
        {
            return await service.Database.SingleAsync<int>("SELECT 1") == 1;
        }
        catch (Npgsql.NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>Which side of the decisive commit the kill fell on, as the database tells afterwards.</summary>
    private async Task<string> WhereAsync(Hit hit)
    {
        switch (hit.Phase)
        {
            case Phase.Archived:
                var key = Path.GetRelativePath(service.ObjectsFolder, hit.File);
                return await service.Database.SingleAsync<bool>("SELECT EXISTS (SELECT FROM traces.batch WHERE object_key = @key)", new { key }) ? "after the commit" : "before the commit";
            case Phase.Publishing or Phase.Replacing:
                var name = Path.GetFileName(hit.File);
                return await service.Database.SingleAsync<bool>("SELECT EXISTS (SELECT FROM traces.segment WHERE file_name = @name)", new { name }) ? "after the commit" : "before the commit";
            case Phase.Receiving or Phase.Flushing or Phase.Merging or Phase.Packing:
                return hit.FileLeft ? "half-written file left" : "the file was just finished";
            default:
                return hit.FileLeft ? "the batch still waited" : "the batch was gone";
        }
    }
}
