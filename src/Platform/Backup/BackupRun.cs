using System.Formats.Tar;
using System.IO.Compression;
using Akashi.Platform.Hosting;
using Akashi.Platform.Objects;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Akashi.Platform.Backup;

/// <summary>
/// Makes a backup: the database first, then every immutable file that the copied database can name. While it runs nothing immutable is
/// deleted, so the two fit together without stopping the service.
/// </summary>
public sealed partial class BackupRun(ServerOptions options, IObjectStore objects, TimeProvider clock, ILogger<BackupRun> logger)
{
    private const long RunLock = 0x616B62636B71;
    private static readonly string[] SettingsFiles = ["config.json", "node.id"];

    /// <param name="to">Folder of the backups.</param>
    /// <param name="logOnly">True takes what changed since the newest generation instead of beginning a new one; without any, one begins.</param>
    /// <exception cref="BackupException">It could not be done; what was there before stays usable.</exception>
    public async Task<BackupManifest> RunAsync(string to, bool logOnly, CancellationToken cancellation)
    {
        var key = BackupKey.Open(options.Backup.KeyFileIn(options.Data), create: true);
        var place = new BackupPlace(new FileObjectStore(to), key, BackupPlace.DataPurpose);
        try
        {
            await using var held = await HoldAsync(cancellation);
            await place.Store.SweepAsync(clock.GetUtcNow(), cancellation);
            var earlier = await BackupManifest.ReadAllAsync(place, cancellation);
            var source = new DatabaseSource(options);
            var manifest = logOnly && earlier.Count > 0 ? await TakeLogAsync(source, place, earlier, cancellation) : await TakeAllAsync(source, place, earlier, cancellation);
            // Only now that a manifest names them, or a base makes them needless; and a copy made aside takes nothing from the regular place.
            if (manifest.LastSegment is { } last && IsRegular(to)) source.Forget(last);
            await CopyKeysAsync(to, key, cancellation);
            await BackupUpkeep.PruneAsync(place, [.. earlier, manifest], options.Backup.Generations, cancellation);
            if (options.Backup.Second is { } second) await BackupUpkeep.MirrorAsync(place.Store, second.Open(second.Folder), cancellation);
            LogDone(manifest.Generation, manifest.Run, manifest.FileCount, manifest.FileBytes);
            return manifest;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, to);
            throw;
        }
    }

    private bool IsRegular(string to) => options.Backup.To.Length == 0 || Path.TrimEndingDirectorySeparator(to) == Path.TrimEndingDirectorySeparator(options.Backup.To);

    private async Task<BackupManifest> TakeAllAsync(DatabaseSource source, BackupPlace place, IReadOnlyList<BackupManifest> earlier, CancellationToken cancellation)
    {
        var generation = BackupManifest.NameOf(clock.GetUtcNow());
        if (earlier.Any(manifest => manifest.Generation == generation)) throw new BackupException($"The generation {generation} was made within this second. Try again.");
        var last = await source.BeginLogAsync(cancellation);
        BackupEntry? database = null;
        await source.StreamBaseAsync(async stream => database = await place.WriteAsync(BackupManifest.KeyOf(generation, 0, "database"), stream, cancellation), cancellation);
        return await FinishAsync(place, generation, 0, database, [], last, earlier, cancellation);
    }

    private async Task<BackupManifest> TakeLogAsync(DatabaseSource source, BackupPlace place, IReadOnlyList<BackupManifest> earlier, CancellationToken cancellation)
    {
        var newest = earlier[^1];
        var segments = await source.EndSegmentAsync(newest.LastSegment, cancellation);
        var log = new List<BackupEntry>();
        foreach (var segment in segments)
        {
            using var memory = new MemoryStream();
            await using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true))
            await using (var file = File.OpenRead(segment)) await file.CopyToAsync(gzip, cancellation);
            memory.Position = 0;
            log.Add(await place.WriteAsync(BackupManifest.KeyOf(newest.Generation, newest.Run + 1, Path.GetFileName(segment)), memory, cancellation));
        }
        return await FinishAsync(place, newest.Generation, newest.Run + 1, null, log, log.Count > 0 ? SegmentOf(log[^1]) : newest.LastSegment, earlier, cancellation);
    }

    /// <summary>The name of the segment that an entry holds.</summary>
    internal static string SegmentOf(BackupEntry entry) => Path.GetFileNameWithoutExtension(entry.Key)["0000-".Length..];

    private async Task<BackupManifest> FinishAsync(
        BackupPlace place, string generation, int run, BackupEntry? database, IReadOnlyList<BackupEntry> log, string? last, IReadOnlyList<BackupManifest> earlier, CancellationToken cancellation)
    {
        var known = earlier.Count > 0 ? await earlier[^1].ReadFilesAsync(place, cancellation) : new Dictionary<string, BackupEntry>();
        var files = new List<BackupEntry>();
        await foreach (var file in ImmutableFiles.OfAsync(options, objects, cancellation))
        {
            if (known.TryGetValue(file.Target.ToString(), out var entry))
            {
                files.Add(entry);
                continue;
            }
            await using var content = await file.OpenAsync(cancellation);
            files.Add(await place.WriteAsync(file.Target, content, cancellation));
        }
        var settings = new List<BackupEntry>();
        foreach (var path in SettingsFiles.Select(name => Path.Combine(options.Data, name)).Concat(PasswordFiles()).Where(File.Exists))
        {
            await using var content = File.OpenRead(path);
            settings.Add(await place.WriteAsync(BackupManifest.KeyOf(generation, run, "settings-" + Path.GetRelativePath(options.Data, path).Replace('/', '_')), content, cancellation));
        }
        var list = await place.WriteAsync(BackupManifest.KeyOf(generation, run, "files"), await BackupManifest.ListAsync(files), cancellation);
        var manifest = new BackupManifest(BackupManifest.CurrentVersion, generation, run, clock.GetUtcNow(), database, log, settings, list, files.Count, files.Sum(file => file.Bytes), last);
        await manifest.WriteAsync(place, cancellation);
        return manifest;
    }

    private IEnumerable<string> PasswordFiles() => Directory.Exists(DatabaseSource.FolderIn(options.Data)) ? Directory.EnumerateFiles(DatabaseSource.FolderIn(options.Data), "*.password") : [];

    /// <summary>Apart from the data, with a life of its own: a key that is destroyed here must be gone from its copies within 30 days.</summary>
    private async Task CopyKeysAsync(string to, BackupKey key, CancellationToken cancellation)
    {
        var place = new BackupPlace(new FileObjectStore(options.Backup.KeysFolderFor(to)), key, BackupPlace.KeysPurpose);
        using var tar = new MemoryStream();
        await TarFile.CreateFromDirectoryAsync(options.KeysFolder, tar, includeBaseDirectory: false, cancellation);
        tar.Position = 0;
        await place.WriteAsync(BackupUpkeep.KeyCopyOf(clock.GetUtcNow()), tar, cancellation);
        await BackupUpkeep.PruneKeysAsync(place, clock.GetUtcNow(), cancellation);
    }

    /// <summary>One backup at a time, and no deletions meanwhile; both end with the connection.</summary>
    private async Task<NpgsqlConnection> HoldAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.OwnerConnection) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = RunLock } } };
        if (await command.ExecuteScalarAsync(cancellation) is not true)
        {
            await connection.DisposeAsync();
            throw new BackupException("Another backup of this service is running. Wait for its end.");
        }
        await DeletionGate.ShutAsync(connection, cancellation);
        return connection;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Backup {Generation} run {Run} is complete: {Files} files, {Bytes} bytes.")]
    private partial void LogDone(string generation, int run, long files, long bytes);

    [LoggerMessage(Level = LogLevel.Error, Message = "The backup to {To} failed. Earlier generations are untouched.")]
    private partial void LogFailed(Exception exception, string to);
}
