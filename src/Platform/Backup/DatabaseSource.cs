using System.Diagnostics;
using System.Globalization;
using Akashi.Platform.Database;
using Akashi.Platform.Hosting;
using Npgsql;

namespace Akashi.Platform.Backup;

/// <summary>The database as a backup sees it: a base backup as one stream, and the log segments that PostgreSQL put aside since.</summary>
internal sealed class DatabaseSource(ServerOptions options)
{
    private const string AdminPassword = "akashi_admin.password";
    private static readonly TimeSpan ArchivePatience = TimeSpan.FromSeconds(60);

    public static string FolderIn(string data) => Path.Combine(data, "postgres");

    /// <summary>Where PostgreSQL puts finished segments of its log; it does so once the folder is there.</summary>
    private string LogFolder => Path.Combine(FolderIn(options.Data), "data", PrivateCluster.LogFolder);

    private bool IsPrivate => options.Backup.Connection.Length == 0;

    private NpgsqlConnectionStringBuilder Connection => IsPrivate
        ? new NpgsqlConnectionStringBuilder(options.OwnerConnection) { Username = "akashi_admin", Password = File.ReadAllText(Path.Combine(FolderIn(options.Data), AdminPassword)), Pooling = false }
        : new NpgsqlConnectionStringBuilder(options.Backup.Connection) { Pooling = false };

    /// <summary>Passes the base backup on as a compressed tar while PostgreSQL makes it.</summary>
    /// <exception cref="BackupException">pg_basebackup failed.</exception>
    public async Task StreamBaseAsync(Func<Stream, Task> take, CancellationToken cancellation)
    {
        var connection = Connection;
        await using var held = new NpgsqlConnection(connection.ConnectionString);
        await HoldLogAsync(held, cancellation);
        var program = Path.Combine(PrivateCluster.FindBinaries() ?? throw new BackupException("pg_basebackup is missing. Run: apt-get install -y postgresql"), "pg_basebackup");
        string[] arguments = ["--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast", "--gzip", "--no-password", $"--host={connection.Host}", $"--port={connection.Port.ToString(CultureInfo.InvariantCulture)}", $"--username={connection.Username}"];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/" };
        start.Environment["PGPASSWORD"] = connection.Password; // not on the command line, where others could read it
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await take(process.StandardOutput.BaseStream);
            await process.WaitForExitAsync(cancellation);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
        if (process.ExitCode != 0) throw new BackupException($"pg_basebackup ended with code {process.ExitCode}: {(await errors).Trim()}");
    }

    /// <summary>The log of a base backup is fetched at its end: until then none of it is recycled, however long that takes, or until the connection ends.</summary>
    private static async Task HoldLogAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT pg_create_physical_replication_slot('akashi_backup_' || pg_backend_pid(), true, true)", connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>From now on segments are put aside.</summary>
    /// <returns>A segment that the base backup to come makes needless; those after it join that base. Null when PostgreSQL is not ours.</returns>
    public async Task<string?> BeginLogAsync(CancellationToken cancellation)
    {
        if (!IsPrivate) return null;
        Directory.CreateDirectory(LogFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (Environment.IsPrivilegedProcess) PrivateCluster.GiveToSystemUser(LogFolder);
        var aside = Directory.GetFiles(LogFolder);
        // Full: what came after is lost already, and what the next base needs must find room.
        if (aside.Length >= PrivateCluster.MaximumLogSegments) Array.ForEach(aside, File.Delete);
        return await LastSegmentAsync("pg_current_wal_lsn()", cancellation);
    }

    /// <summary>Ends the current segment and gives all that were put aside, oldest first.</summary>
    /// <param name="after">The last segment that an earlier run holds.</param>
    /// <exception cref="BackupException">Segments are missing: only a new base backup helps.</exception>
    public async Task<IReadOnlyList<string>> EndSegmentAsync(string? after, CancellationToken cancellation)
    {
        if (!IsPrivate) throw new BackupException("backup.connection names a PostgreSQL of your own; archive its log there, and make whole backups here.");
        if (after is null || !Directory.Exists(LogFolder)) throw new BackupException("The newest generation has no log to go on from. Make a whole backup first: ./akashi backup");
        var last = await LastSegmentAsync("pg_switch_wal()", cancellation);
        var began = Stopwatch.GetTimestamp();
        while (string.CompareOrdinal(last, after) > 0 && !File.Exists(Path.Combine(LogFolder, last)))
        {
            if (Stopwatch.GetElapsedTime(began) > ArchivePatience) throw new BackupException($"PostgreSQL did not put its log segment {last} aside within {ArchivePatience.TotalSeconds} s; see {FolderIn(options.Data)}/postgresql.log, and make a whole backup.");
            await Task.Delay(100, cancellation);
        }
        var segments = Directory.EnumerateFiles(LogFolder).Where(file => LogSegment.TryParse(Path.GetFileName(file), out _) && IsBetween(Path.GetFileName(file), after, last)).Order(StringComparer.Ordinal).ToList();
        var previous = after;
        foreach (var segment in segments.Select(file => Path.GetFileName(file)))
        {
            if (!LogSegment.Follows(previous, segment)) throw new BackupException($"PostgreSQL's log between {previous} and {segment} is lost. Make a whole backup: ./akashi backup");
            previous = segment;
        }
        return segments;
    }

    /// <summary>Removes what was put aside up to a segment, that one too, and what an interrupted run left.</summary>
    public void Forget(string upTo)
    {
        foreach (var file in Directory.EnumerateFiles(LogFolder).Where(file => string.CompareOrdinal(Path.GetFileName(file), upTo) <= 0)) File.Delete(file);
    }

    private static bool IsBetween(string segment, string after, string last) => string.CompareOrdinal(segment, after) > 0 && string.CompareOrdinal(segment, last) <= 0;

    /// <param name="position">An expression for a position in the log. The byte before it is meant: at the very beginning of a segment releases differ.</param>
    private async Task<string> LastSegmentAsync(string position, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Connection.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand($"SELECT pg_walfile_name({position} - 1)", connection);
        return (string)(await command.ExecuteScalarAsync(cancellation))!;
    }
}

/// <summary>Names of write-ahead log segments of 16 MiB: time line, number above, number below 256; 8 hexadecimal digits each.</summary>
internal static class LogSegment
{
    private const int Length = 24;
    private const ulong PerFile = 256;

    public static bool TryParse(string name, out ulong number)
    {
        number = 0;
        if (name.Length != Length || !ulong.TryParse(name.AsSpan(8, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var high)
            || !ulong.TryParse(name.AsSpan(16, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var low) || low >= PerFile) return false;
        number = (high * PerFile) + low;
        return true;
    }

    /// <summary>After a restore the time line may be another, and its first segment has the number of that one's last.</summary>
    public static bool Follows(string previous, string next) => TryParse(previous, out var one) && TryParse(next, out var two) && two <= one + 1;
}
