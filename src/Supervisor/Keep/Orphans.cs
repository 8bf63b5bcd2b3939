using System.Diagnostics;
using Akashi.Platform.Database;
using Akashi.Supervisor.Processes;

namespace Akashi.Supervisor.Keep;

/// <summary>
/// What a supervisor that was killed left running. Server and agent are replaced, so that they run the present build and settings;
/// PostgreSQL is taken over by <see cref="PrivateCluster"/>, or ended when everything is to stop.
/// </summary>
internal static class Orphans
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <returns>How many were ended.</returns>
    public static async Task<int> EndAsync(DataFolder data, bool withDatabase, RunLog log)
    {
        if (RunState.Read(data) is not { } state) return 0;
        var count = 0;
        foreach (var program in (string[])[Programs.Agent, Programs.Server])
        {
            if (state.Find(program)?.Process is not { IsAlive: true } orphan) continue;
            log.Write("orphan", "Left by a supervisor that was killed; ends it.", program, orphan.Pid);
            await Signals.EndAsync(orphan, Patience);
            count++;
        }
        if (!withDatabase || state.Find(Programs.PostgreSql)?.Process is not { IsAlive: true } database) return count;
        using var postmaster = Process.GetProcessById(database.Pid);
        log.Write("orphan", "Left by a supervisor that was killed; ends it.", Programs.PostgreSql, database.Pid);
        using var limit = new CancellationTokenSource(Patience);
        await PrivateCluster.StopAsync(postmaster, limit.Token);
        return count + 1;
    }
}
