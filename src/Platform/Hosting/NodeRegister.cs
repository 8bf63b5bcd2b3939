using System.Globalization;
using System.Text;
using Akashi.Durability;
using Akashi.Platform.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akashi.Platform.Hosting;

/// <summary>The node must not run; the message says why and what to do.</summary>
public sealed class NodeRefusedException(string message) : Exception(message);

/// <summary>
/// Which servers run on this database. One that keeps objects or traces in its own files refuses to be one of several: each would
/// acknowledge data that the other cannot read. The time of heartbeats is the database's, so that clocks of nodes do not matter.
/// </summary>
public sealed partial class NodeRegister(AkashiDatabase database, ServerOptions options, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<NodeRegister> logger) : BackgroundService
{
    private const string IdentityFile = "node.id";
    private const string LockFile = "node.lock";

    private const string Insert = """
        INSERT INTO platform.node (id, host_name, version, started_at, seen_at, uses_local_store) VALUES (@_id, @host, @version, now(), now(), @local)
        ON CONFLICT (id) DO UPDATE SET host_name = excluded.host_name, version = excluded.version, started_at = now(), seen_at = now(), uses_local_store = excluded.uses_local_store
        """;

    private const string Others =
        "SELECT id, host_name, uses_local_store, extract(epoch FROM now() - seen_at)::int AS seen_seconds_ago FROM platform.node WHERE id <> @_id ORDER BY seen_at DESC";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(60);

    private FileStream? _lock;
    private Guid _id;
    private int _others;

    private sealed record Node(Guid Id, string HostName, bool UsesLocalStore, int SeenSecondsAgo);

    /// <summary>A short name of this node when there were others as it joined; else null.</summary>
    public string? NameBesideOthers => _others == 0 ? null : _id.ToString("N")[^8..];

    /// <summary>Before the first request and before any module touches the data.</summary>
    /// <exception cref="NodeRefusedException">Another server is there.</exception>
    public async Task JoinAsync(CancellationToken cancellation)
    {
        TakeIdentity();
        await RegisterAsync(cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_lock is null) return; // a server that never joined, as those inside tests
        using var timer = new PeriodicTimer(Heartbeat, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                // A node that slept for long has aged out and must ask again like a new one.
                if (await database.ExecuteBeforeTenantAsync("UPDATE platform.node SET seen_at = now() WHERE id = @_id", new { _id }, stoppingToken) == 0) await RegisterAsync(stoppingToken);
            }
            catch (NodeRefusedException e)
            {
                LogRefused(e);
                lifetime.StopApplication();
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
            {
                LogMissed(e); // the database is away; so is it for the others
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_lock is null) return;
        try
        {
            await database.ExecuteBeforeTenantAsync("DELETE FROM platform.node WHERE id = @_id", new { _id }, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            LogMissed(e); // the row ages out
        }
    }

    public override void Dispose()
    {
        _lock?.Dispose();
        base.Dispose();
    }

    /// <summary>The data folder is the node: after a crash the next start takes over its own row instead of waiting for it to age out.</summary>
    private void TakeIdentity()
    {
        try
        {
            _lock = new FileStream(Path.Combine(options.Data, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new NodeRefusedException($"Another server runs on '{options.Data}'. Stop it first, or give this one a data folder of its own.");
        }
        var path = Path.Combine(options.Data, IdentityFile);
        if (!File.Exists(path)) DurableFile.Write(path, Encoding.ASCII.GetBytes(Guid.CreateVersion7(clock.GetUtcNow()).ToString("N")));
        if (!Guid.TryParseExact(File.ReadAllText(path).Trim(), "N", out _id)) throw new NodeRefusedException($"'{path}' is damaged. Remove it; the next start writes a new one.");
    }

    private async Task RegisterAsync(CancellationToken cancellation)
    {
        var local = options.Objects.Kind == Objects.ObjectStoreOptions.FileKind || options.EmbeddedTraces;
        var (host, stale) = (Environment.MachineName, Stale.TotalSeconds);
        // Of two that start at once each inserts first and looks then: at least one of them sees the other.
        await database.ExecuteBeforeTenantAsync(Insert, new { _id, host, version = ServiceVersion.Text, local }, cancellation);
        await database.ExecuteBeforeTenantAsync("DELETE FROM platform.node WHERE seen_at < now() - make_interval(secs => @stale)", new { stale }, cancellation);
        var others = await database.QueryBeforeTenantAsync<Node>(Others, new { _id }, cancellation);
        if (others.Count == 0 || (!local && !others.Any(other => other.UsesLocalStore)))
        {
            _others = others.Count;
            LogJoined(_id, _others);
            return;
        }
        await database.ExecuteBeforeTenantAsync("DELETE FROM platform.node WHERE id = @_id", new { _id }, cancellation);
        var (culprit, seen) = (others[0].HostName, others[0].SeenSecondsAgo.ToString(CultureInfo.InvariantCulture));
        throw new NodeRefusedException(
            $"A server on '{culprit}' uses this database (seen {seen} s ago), and {(local ? "this node" : "that node")} keeps objects or traces in files of its own. "
            + $"Several nodes need objects.kind \"s3\" and embeddedTraces false on each. If that server is gone, wait {Stale.TotalSeconds} s and start again.");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Id} joined {Others} others.")]
    private partial void LogJoined(Guid id, int others);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node's heartbeat could not be written.")]
    private partial void LogMissed(Exception exception);

    [LoggerMessage(Level = LogLevel.Critical, Message = "This node aged out and may not come back; it stops.")]
    private partial void LogRefused(Exception exception);
}
