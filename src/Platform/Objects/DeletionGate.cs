using Akashi.Platform.Database;
using Npgsql;

namespace Akashi.Platform.Objects;

/// <summary>
/// Nothing immutable is deleted while a backup copies: the copied database would name objects and segments that the copy lacks. Deleters
/// share the gate and come back later when it is shut; the backup waits until those at work have ended.
/// </summary>
public static class DeletionGate
{
    private const long LockKey = 0x616B62636B70; // "akbckp"

    /// <returns>False while a backup runs. True holds the backup off until the session ends.</returns>
    public static Task<bool> TryPassAsync(TenantSession session, CancellationToken cancellation) =>
        session.QuerySingleAsync<bool>("SELECT pg_try_advisory_xact_lock_shared(@LockKey)", new { LockKey }, cancellation);

    /// <summary>Shut until the connection closes.</summary>
    internal static async Task ShutAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = LockKey } }, CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
