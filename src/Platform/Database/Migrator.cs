using System.Globalization;
using System.Reflection;
using System.Text;
using Akashi.Platform.Crypto;
using Akashi.Platform.Jobs;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Akashi.Platform.Database;

/// <summary>
/// Applies the embedded <c>Migrations/*.sql</c> of the given assemblies, in their order and by name, under an advisory lock.
/// Migrations only go forward; a changed file that was applied already is an error.
/// </summary>
public sealed partial class Migrator(string ownerConnection, ILogger logger)
{
    /// <summary>
    /// The previous release serves meanwhile: a change that waits for a table would make everybody behind it wait too, so it steps back and
    /// tries again.
    /// </summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(2), Pause = TimeSpan.FromSeconds(1);

    private const int Attempts = 200;
    private const long LockKey = 0x616B61736869; // "akashi"

    /// <returns>How many migrations were applied.</returns>
    public async Task<int> ApplyAsync(IEnumerable<Assembly> assemblies, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(ownerConnection);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync("SELECT pg_advisory_lock(@LockKey)", new { LockKey }, commandTimeout: 0); // another node may take long
        await connection.ExecuteAsync("""
            CREATE SCHEMA IF NOT EXISTS platform;
            CREATE TABLE IF NOT EXISTS platform.migration (
                name text PRIMARY KEY,
                digest text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now());
            """);
        var applied = (await connection.QueryAsync<(string Name, string Digest)>("SELECT name, digest FROM platform.migration"))
            .ToDictionary(row => row.Name, row => row.Digest, StringComparer.Ordinal);
        var count = 0;
        foreach (var assembly in assemblies.Distinct())
        {
            foreach (var (name, sql) in ReadMigrations(assembly))
            {
                var digest = Sha256.Of(Encoding.UTF8.GetBytes(sql)).ToString();
                if (applied.TryGetValue(name, out var known))
                {
                    if (known != digest) throw new InvalidOperationException($"Migration '{name}' was changed after it had been applied. Restore it and add a new one.");
                    continue;
                }
                await ApplyWhenFreeAsync(connection, name, digest, sql, cancellation);
                count++;
            }
        }
        // New tables get the policy of the operators' path here, so that no migration can forget it.
        await connection.ExecuteAsync("SELECT platform.wall_operator_path()");
        return count;
    }

    private async Task ApplyWhenFreeAsync(NpgsqlConnection connection, string name, string digest, string sql, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ApplyAsync(connection, name, digest, sql, cancellation);
                return;
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected && attempt < Attempts)
            {
                LogWaits(name);
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, string name, string digest, string sql, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync("SELECT set_config('lock_timeout', @patience, true)", new { patience = string.Create(CultureInfo.InvariantCulture, $"{LockPatience.TotalMilliseconds}ms") }, transaction);
        await connection.ExecuteAsync(new CommandDefinition(sql, transaction: transaction, commandTimeout: 0, cancellationToken: cancellation));
        await connection.ExecuteAsync("INSERT INTO platform.migration (name, digest) VALUES (@name, @digest)", new { name, digest }, transaction);
        await transaction.CommitAsync(cancellation);
        LogApplied(name);
    }

    private static IEnumerable<(string Name, string Sql)> ReadMigrations(Assembly assembly)
    {
        const string marker = ".Migrations.";
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.Contains(marker, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var name = $"{assembly.GetName().Name}/{resource[(resource.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..]}";
            yield return (name, reader.ReadToEnd());
        }
        if (assembly != typeof(Migrator).Assembly) yield break;
        var quartz = QuartzSchema.Read();
        yield return ($"Quartz/{Sha256.Of(Encoding.UTF8.GetBytes(quartz)).ToString()[..16]}", quartz);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Migration {Name} waits for a long transaction to end; it tries again.")]
    private partial void LogWaits(string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "Migration {Name} applied.")]
    private partial void LogApplied(string name);
}
