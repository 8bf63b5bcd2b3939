using System.Diagnostics;
using System.Security.Cryptography;
using Akashi.Durability;
using Npgsql;

namespace Akashi.Platform.Database;

/// <summary>
/// A PostgreSQL of our own: Debian's binaries, a Unix socket only, data below one folder. PostgreSQL refuses to run as root,
/// so as root it runs as the user <c>postgres</c> of the Debian package.
/// </summary>
/// <param name="folder">Holds <c>data</c> (the cluster) and <c>roles</c> (passwords, 0600).</param>
/// <param name="socketFolder">Short absolute path: Unix socket addresses end at 107 bytes.</param>
/// <param name="durable">False only for throw-away clusters of tests.</param>
public sealed class PrivateCluster(string folder, string socketFolder, bool durable = true)
{
    /// <summary>Folder inside the cluster's data in which finished segments of the write-ahead log are put aside while it exists.</summary>
    internal const string LogFolder = "akashi_wal";

    /// <summary>4 GiB: when nobody fetches them, a full disk would be worse than a gap, which the next backup notices.</summary>
    internal const int MaximumLogSegments = 256;

    private const string Superuser = "akashi_admin";
    private const string SystemUser = "postgres";
    private const string DatabaseName = "akashi";
    private const int MaximumSocketPath = 107;
    private static readonly string[] Roles = ["akashi_owner", "akashi_app", "akashi_operator"];
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    /// <summary>There from before initdb until after it.</summary>
    private string InitialisingMark => Path.Combine(folder, "initialising");

    private string DataFolder => Path.Combine(folder, "data");

    public string OwnerConnection => ConnectionOf("akashi_owner", DatabaseName);

    public string ApplicationConnection => ConnectionOf("akashi_app", DatabaseName) + ";Maximum Pool Size=40;Max Auto Prepare=100";

    /// <summary>The login of operators on customers' data; see <see cref="OperatorAccess.OperatorPath"/>.</summary>
    public string OperatorConnection => ConnectionOf("akashi_operator", DatabaseName) + ";Maximum Pool Size=10;Max Auto Prepare=50";

    public string AdminConnection => ConnectionOf(Superuser, DatabaseName);

    /// <summary>Folder of the newest installed PostgreSQL, or null when there is none.</summary>
    public static string? FindBinaries()
    {
        const string root = "/usr/lib/postgresql";
        if (!Directory.Exists(root)) return null;
        return Directory.EnumerateDirectories(root)
            .Select(version => (Number: int.TryParse(Path.GetFileName(version), out var number) ? number : 0, Folder: Path.Combine(version, "bin")))
            .Where(candidate => candidate.Number >= 15 && File.Exists(Path.Combine(candidate.Folder, "postgres")))
            .OrderByDescending(candidate => candidate.Number).Select(candidate => candidate.Folder).FirstOrDefault();
    }

    /// <summary>Makes the cluster when absent, starts it, and makes sure that roles and database exist.</summary>
    /// <returns>The postmaster; end it with <see cref="StopAsync"/>.</returns>
    /// <exception cref="InvalidOperationException">PostgreSQL is missing or did not start; the message says what to do.</exception>
    public async Task<Process> StartAsync(CancellationToken cancellation)
    {
        var binaries = FindBinaries() ?? throw new InvalidOperationException("PostgreSQL 15 or newer is missing. Run: apt-get install -y postgresql");
        if (socketFolder.Length + "/.s.PGSQL.5432.lock".Length > MaximumSocketPath) throw new InvalidOperationException($"The socket folder '{socketFolder}' is too long for a Unix socket.");
        PrepareFolders();
        WritePasswords();
        if (!File.Exists(Path.Combine(DataFolder, "PG_VERSION")) || File.Exists(InitialisingMark)) await InitialiseAsync(binaries, cancellation);
        WriteConfiguration();
        var postmaster = FindRunning() ?? Launch(binaries, "postgres", ["-D", ClusterFolder]);
        await WaitUntilReadyAsync(postmaster, cancellation);
        await EnsureRolesAsync(cancellation);
        return postmaster;
    }

    /// <summary>Fast shutdown: SIGINT to the postmaster rolls back what runs, writes a checkpoint and ends.</summary>
    public static async Task StopAsync(Process postmaster, CancellationToken cancellation)
    {
        if (postmaster.HasExited) return;
        using var kill = Process.Start(new ProcessStartInfo("kill", ["-INT", postmaster.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))!;
        await kill.WaitForExitAsync(cancellation);
        await postmaster.WaitForExitAsync(cancellation);
    }

    /// <summary>A postmaster that outlived the process which started it, still serving this cluster.</summary>
    private Process? FindRunning()
    {
        var lockFile = Path.Combine(DataFolder, "postmaster.pid");
        if (!File.Exists(lockFile) || !int.TryParse(File.ReadLines(lockFile).FirstOrDefault(), out var id)) return null;
        var commandLine = $"/proc/{id}/cmdline";
        return File.Exists(commandLine) && File.ReadAllText(commandLine).Contains(ClusterFolder, StringComparison.Ordinal) ? Process.GetProcessById(id) : null;
    }

    /// <summary>
    /// The cluster's path as PostgreSQL sees it. Below a folder that its user may not pass, such as /root, it is bound to a
    /// place beside the socket, in a mount namespace of its own.
    /// </summary>
    private string ClusterFolder => !Environment.IsPrivilegedProcess || IsPassable(folder) ? DataFolder : Path.Combine(socketFolder, "data");

    private static bool IsPassable(string path)
    {
        for (var parent = Path.GetDirectoryName(path); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if ((File.GetUnixFileMode(parent) & UnixFileMode.OtherExecute) == 0) return false;
        }
        return true;
    }

    private void PrepareFolders()
    {
        DurableFile.CreateFolder(folder);
        DurableFile.CreateFolder(DataFolder);
        DurableFile.CreateFolder(socketFolder);
        DurableFile.CreateFolder(ClusterFolder);
        if (!Environment.IsPrivilegedProcess) return;
        const UnixFileMode passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(folder, passable);
        Run("chown", ["-R", SystemUser, DataFolder]);
        Run("chown", [SystemUser, socketFolder]);
    }

    private void WritePasswords()
    {
        foreach (var role in Roles.Append(Superuser))
        {
            var path = PasswordFile(role);
            if (!File.Exists(path)) DurableFile.Write(path, System.Text.Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(48, lowercase: true)));
        }
    }

    private async Task InitialiseAsync(string binaries, CancellationToken cancellation)
    {
        // A first attempt that was killed leaves a half-made folder, which initdb refuses and postgres cannot use: PG_VERSION is written early.
        DurableFile.Write(InitialisingMark, ReadOnlyMemory<byte>.Empty);
        foreach (var entry in Directory.EnumerateFileSystemEntries(DataFolder))
        {
            if (Directory.Exists(entry)) Directory.Delete(entry, recursive: true);
            else File.Delete(entry);
        }
        // initdb reads the password as the system user, from a file that only it can read.
        var passwordFile = Path.Combine(socketFolder, "initial-password");
        await File.WriteAllTextAsync(passwordFile, Password(Superuser), cancellation);
        File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (Environment.IsPrivilegedProcess) Run("chown", [SystemUser, passwordFile]);
        string[] options = ["-D", ClusterFolder, "-U", Superuser, "--pwfile", passwordFile, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"];
        using var initdb = Launch(binaries, "initdb", durable ? options : [.. options, "--no-sync"]);
        await initdb.WaitForExitAsync(cancellation);
        File.Delete(passwordFile);
        if (initdb.ExitCode != 0) throw new InvalidOperationException($"initdb failed with code {initdb.ExitCode}; see {LogFile}.");
        File.Delete(InitialisingMark);
        DurableFile.SyncFolder(folder);
    }

    private void WriteConfiguration()
    {
        var settings = $"""
            listen_addresses = ''
            unix_socket_directories = '{socketFolder}'
            unix_socket_permissions = 0700
            max_connections = 100
            shared_buffers = 128MB
            timezone = 'UTC'
            log_timezone = 'Asia/Tokyo'
            logging_collector = off
            log_min_messages = warning
            fsync = {(durable ? "on" : "off")}
            full_page_writes = {(durable ? "on" : "off")}
            synchronous_commit = {(durable ? "on" : "off")}
            wal_compression = on
            max_wal_size = 1GB
            archive_mode = {(durable ? "on" : "off")}
            archive_command = 'test ! -d {LogFolder} || test $(ls {LogFolder} | wc -l) -ge {MaximumLogSegments} || (cp %p {LogFolder}/%f.tmp && sync {LogFolder}/%f.tmp && mv {LogFolder}/%f.tmp {LogFolder}/%f)'

            """;
        File.WriteAllText(Path.Combine(DataFolder, "postgresql.auto.conf"), settings);
        if (Environment.IsPrivilegedProcess) Run("chown", [SystemUser, Path.Combine(DataFolder, "postgresql.auto.conf")]);
    }

    private Process Launch(string binaries, string program, string[] arguments)
    {
        string[] command = [Path.Combine(binaries, program), .. arguments];
        if (Environment.IsPrivilegedProcess) command = ["setpriv", $"--reuid={SystemUser}", $"--regid={SystemUser}", "--init-groups", "--", .. command];
        if (ClusterFolder != DataFolder)
            command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", "mount --bind \"$1\" \"$2\" && shift 2 && exec \"$@\"", "sh", DataFolder, ClusterFolder, .. command];
        // The shell only opens the log; exec keeps the process id ours to watch.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", LogFile, .. command]) { WorkingDirectory = "/" };
        return Process.Start(start)!;
    }

    private async Task WaitUntilReadyAsync(Process postmaster, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (postmaster.HasExited) throw new InvalidOperationException($"PostgreSQL ended with code {postmaster.ExitCode}; see {LogFile}.");
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionOf(Superuser, "postgres") + ";Pooling=false");
                await connection.OpenAsync(cancellation);
                return;
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(started) < StartPatience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
            }
        }
    }

    private async Task EnsureRolesAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionOf(Superuser, "postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        foreach (var role in Roles)
        {
            if (await ExistsAsync(connection, "SELECT 1 FROM pg_roles WHERE rolname = $1", role, cancellation)) continue;
            // Neither name nor password can hold a quote: a constant and hexadecimal digits.
            await ExecuteAsync(connection, $"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '{Password(role)}'", cancellation);
        }
        // May do what the service may, row for row less: each table has a policy for it alone.
        await ExecuteAsync(connection, "GRANT akashi_app TO akashi_operator", cancellation);
        if (!await ExistsAsync(connection, "SELECT 1 FROM pg_database WHERE datname = $1", DatabaseName, cancellation))
            await ExecuteAsync(connection, $"CREATE DATABASE {DatabaseName} OWNER akashi_owner", cancellation);
        // At every start: the one that made the database may have died before it came here.
        await ExecuteAsync(connection, $"REVOKE ALL ON DATABASE {DatabaseName} FROM PUBLIC", cancellation);
        await ExecuteAsync(connection, $"GRANT CONNECT ON DATABASE {DatabaseName} TO akashi_app", cancellation);
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string sql, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = name } } };
        return await command.ExecuteScalarAsync(cancellation) is not null;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private string LogFile => Path.Combine(folder, "postgresql.log");

    private string PasswordFile(string role) => Path.Combine(folder, role + ".password");

    private string Password(string role) => File.ReadAllText(PasswordFile(role));

    private string ConnectionOf(string role, string database) =>
        new NpgsqlConnectionStringBuilder { Host = socketFolder, Username = role, Password = Password(role), Database = database, Timeout = 5, CommandTimeout = 30 }.ConnectionString;

    internal static void GiveToSystemUser(string path) => Run("chown", [SystemUser, path]);

    private static void Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' failed with code {process.ExitCode}.");
    }
}
