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

    /// <summary>From now on segments are put aside, beginning before the base backup that follows.</summary>
    public void BeginLog()
    {
        if (!IsPrivate) return;
        Directory.CreateDirectory(LogFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (Environment.IsPrivilegedProcess) PrivateCluster.GiveToSystemUser(LogFolder);
        foreach (var old in Directory.EnumerateFiles(LogFolder)) File.Delete(old);
    }

    /// <summary>Ends the current segment and gives all that were put aside, oldest first.</summary>
    /// <param name="after">The last segment that an earlier run took; null when this is the first after the base backup.</param>
    /// <exception cref="BackupException">Segments are missing: only a new base backup helps.</exception>
    public async Task<IReadOnlyList<string>> EndSegmentAsync(string? after, CancellationToken cancellation)
    {
        if (!IsPrivate) throw new BackupException("backup.connection names a PostgreSQL of your own; archive its log there, and make whole backups here.");
        if (!Directory.Exists(LogFolder)) throw new BackupException("PostgreSQL puts no log aside yet. Make a whole backup first: ./akashi backup");
        await using var connection = new NpgsqlConnection(Connection.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT pg_walfile_name(pg_switch_wal())", connection);
        var last = (string)(await command.ExecuteScalarAsync(cancellation))!;
        var began = Stopwatch.GetTimestamp();
        while (string.CompareOrdinal(last, after) > 0 && !File.Exists(Path.Combine(LogFolder, last)))
        {
            if (Stopwatch.GetElapsedTime(began) > ArchivePatience) throw new BackupException($"PostgreSQL did not put its log segment {last} aside within {ArchivePatience.TotalSeconds} s; see {FolderIn(options.Data)}/postgresql.log, and make a whole backup.");
            await Task.Delay(100, cancellation);
        }
        var segments = Directory.EnumerateFiles(LogFolder).Where(file => LogSegment.TryParse(Path.GetFileName(file), out _) && string.CompareOrdinal(Path.GetFileName(file), last) <= 0).Order(StringComparer.Ordinal).ToList();
        var previous = after;
        foreach (var segment in segments.Select(file => Path.GetFileName(file)))
        {
            if (previous is not null && !LogSegment.Follows(previous, segment)) throw new BackupException($"PostgreSQL's log between {previous} and {segment} is lost. Make a whole backup: ./akashi backup");
            previous = segment;
        }
        return segments;
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

    /// <summary>A segment that was taken before may come again after a restart.</summary>
    public static bool Follows(string previous, string next) => TryParse(previous, out var one) && TryParse(next, out var two) && two <= one + 1;
}
