using Akashi.Platform.Hosting;
using Dapper;
using Npgsql;

namespace Akashi.Platform.Jobs;

/// <summary>
/// A job's lock in PostgreSQL, held as long as a connection lives. Quartz believes that a node is dead when it has not heard of it for a
/// while; a node that was only slow would then run beside the one that took over. The lock knows better.
/// </summary>
internal sealed class JobLock(ServerOptions options)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // Without a pool: a connection that went back to one would keep the lock until somebody borrows it again.
    private readonly string _connection = new NpgsqlConnectionStringBuilder(options.ApplicationConnection) { Pooling = false, ApplicationName = "akashi-job" }.ConnectionString;

    /// <summary>How long to wait for a run that is coming to its end.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <returns>Null when the job is still running elsewhere; disposing gives the lock back.</returns>
    public async Task<IAsyncDisposable?> TryTakeAsync(string job, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_connection);
        try
        {
            await connection.OpenAsync(cancellation);
            for (var begin = TimeProvider.System.GetTimestamp(); ; await Task.Delay(Pause, cancellation))
            {
                if (await connection.QuerySingleAsync<bool>(new CommandDefinition("SELECT pg_try_advisory_lock(hashtextextended('job/' || @job, 0))", new { job }, cancellationToken: cancellation))) return connection;
                if (TimeProvider.System.GetElapsedTime(begin) > Patience) break;
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        await connection.DisposeAsync();
        return null;
    }
}
