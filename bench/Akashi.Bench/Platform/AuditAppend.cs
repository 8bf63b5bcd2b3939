using System.Diagnostics;
using Akashi.Platform.Audit;
using Akashi.Platform.Merkle;
using Akashi.Platform.Signals;
using Npgsql;

namespace Akashi.Bench.Platform;

/// <summary>
/// Entries written by themselves, each durable, hashed into the Merkle log and signed when its writer goes on; beside bare one-row
/// inserts into a table with the same payload, committed and fsynced one by one, by as many writers in the same database.
/// </summary>
internal static class AuditAppend
{
    private const int Writers = 64;
    private const int Warming = 2_000;
    private const int Entries = 40_000;

    public static async Task RunAsync(PlatformSetting setting, BenchReport report)
    {
        var settings = await setting.ScalarAsOwnerAsync<string>("SELECT string_agg(name || ' = ' || setting, ', ') FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'wal_sync_method', 'commit_delay')");
        BenchReport.Note($"audit-append: {Entries} entries, {Writers} writers, one tenant, {Environment.ProcessorCount} cores; PostgreSQL {settings}; target 2000/s");

        var log = new AuditLog(setting.Database, new HeadSigner(setting.Keys), setting.Keys, new WorkSignals(setting.Database, TimeProvider.System), TimeProvider.System);
        var actor = new AuditActor(AuditActor.User, "yamada", "192.0.2.7", null, "山田 太郎");
        Task WriteAsync(int i) => log.WriteAsync(setting.Tenant, actor, new AuditEntry("user.change", $"user{i}", new { state = "active", role = "administrator" }, new { state = "suspended", role = "administrator" }));
        await RunWritersAsync(Warming, (_, i) => WriteAsync(i));
        var ours = await RunWritersAsync(Entries, (_, i) => WriteAsync(i));
        report.AddMoreIsBetter("audit-append", Entries / ours, "entries/s", "PostgreSQL INSERT + commit", Entries / await RunPeerAsync(setting));
    }

    private static async Task<double> RunPeerAsync(PlatformSetting setting)
    {
        await setting.ExecuteAsOwnerAsync("CREATE TABLE public.bench_peer (id uuid PRIMARY KEY, at timestamptz NOT NULL, actor text NOT NULL, entry json NOT NULL)");
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(setting.OwnerConnection) { MaxPoolSize = Writers }.ConnectionString);
        var commands = new NpgsqlCommand[Writers];
        for (var i = 0; i < Writers; i++)
        {
            commands[i] = new NpgsqlCommand("INSERT INTO public.bench_peer VALUES ($1, $2, $3, $4::json)", await source.OpenConnectionAsync());
            foreach (var parameter in new NpgsqlParameter[] { new NpgsqlParameter<Guid>(), new NpgsqlParameter<DateTime>(), new NpgsqlParameter<string> { TypedValue = "yamada" }, new NpgsqlParameter<string>() }) commands[i].Parameters.Add(parameter);
        }
        async Task InsertAsync(int writer, int i)
        {
            var (parameters, now) = (commands[writer].Parameters, TimeProvider.System.GetUtcNow());
            ((NpgsqlParameter<Guid>)parameters[0]).TypedValue = Guid.CreateVersion7(now);
            ((NpgsqlParameter<DateTime>)parameters[1]).TypedValue = now.UtcDateTime;
            ((NpgsqlParameter<string>)parameters[3]).TypedValue = $$$"""{"action":"user.change","target":"user{{{i}}}","address":"192.0.2.7","before":{"state":"active","role":"administrator"},"after":{"state":"suspended","role":"administrator"}}""";
            await commands[writer].ExecuteNonQueryAsync();
        }
        foreach (var command in commands) await InsertAsync(Array.IndexOf(commands, command), 0); // types must be known before preparing
        foreach (var command in commands) await command.PrepareAsync();
        await RunWritersAsync(Warming, InsertAsync);
        var seconds = await RunWritersAsync(Entries, InsertAsync);
        foreach (var command in commands)
        {
            await command.Connection!.DisposeAsync();
            await command.DisposeAsync();
        }
        return seconds;
    }

    /// <returns>Seconds.</returns>
    private static async Task<double> RunWritersAsync(int count, Func<int, int, Task> write)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = writer; i < count; i += Writers) await write(writer, i);
        })));
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
