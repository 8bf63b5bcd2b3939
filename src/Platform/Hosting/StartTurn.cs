using Dapper;
using Npgsql;

namespace Akashi.Platform.Hosting;

/// <summary>
/// Nodes start one after the other: two first starts at once would each make a master key, an authority and a first tenant in what they
/// share. The turn ends with its connection, so also with the process.
/// </summary>
public sealed class StartTurn : IAsyncDisposable
{
    private const long LockKey = 0x616B5F7374617274; // "ak_start"

    private readonly NpgsqlConnection _connection;

    private StartTurn(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Waits for the node that is starting now.</summary>
    public static async Task<StartTurn> TakeAsync(string ownerConnection, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ownerConnection) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await connection.ExecuteAsync(new CommandDefinition("SELECT pg_advisory_lock(@LockKey)", new { LockKey }, commandTimeout: 0, cancellationToken: cancellation));
            return new StartTurn(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
