using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Akashi.Durability;
using Akashi.Platform.Database;
using Akashi.Platform.Hosting;
using Akashi.Platform.Objects;

namespace Akashi.Platform.Backup;

/// <summary>What to restore, and to where.</summary>
/// <param name="From">Folder of the backups.</param>
/// <param name="KeysFrom">Folder of the keys' copies.</param>
/// <param name="Generation">Null takes the newest.</param>
public sealed record RestoreOrder(string From, string KeysFrom, string KeyFile, string Data, string? Generation);

/// <summary>
/// Makes a new data folder of a backup. Nothing is overwritten, and the folder gets its name only when it is whole. Keys come from their
/// newest copy whatever the generation: a tenant key that was destroyed since stays destroyed.
/// </summary>
public static class BackupRestore
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string Unfinished = ".restoring";
    private const string RestoredLog = "akashi_restore";
    private static readonly string[] OfTheOldPlace = ["objects", "backup", "keysFolder", "ownerConnection", "applicationConnection", "operatorConnection"];

    /// <returns>The run up to which the data folder was brought.</returns>
    /// <exception cref="BackupException">It could not be done; the message says why.</exception>
    public static async Task<BackupManifest> RunAsync(RestoreOrder order, CancellationToken cancellation)
    {
        if (Directory.Exists(order.Data) && Directory.EnumerateFileSystemEntries(order.Data).Any()) throw new BackupException($"'{order.Data}' is not empty. A restore never overwrites; name a new folder.");
        if (!Directory.Exists(order.From)) throw new BackupException($"'{order.From}' is no folder.");
        var key = BackupKey.Open(order.KeyFile, create: false);
        var place = new BackupPlace(new FileObjectStore(order.From), key, BackupPlace.DataPurpose);
        var runs = Choose(await BackupManifest.ReadAllAsync(place, cancellation), order);
        var target = Path.TrimEndingDirectorySeparator(order.Data) + Unfinished;
        if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
        Directory.CreateDirectory(target, Owner);
        await RestoreKeysAsync(order, key, Path.Combine(target, "keys"), cancellation);
        await RestoreSettingsAsync(place, runs[^1], target, cancellation);
        await RestoreDatabaseAsync(place, runs, Path.Combine(DatabaseSource.FolderIn(target), "data"), cancellation);
        foreach (var file in (await runs[^1].ReadFilesAsync(place, cancellation)).Values)
            await place.ReadAsync(file, stream => SaveAsync(stream, Path.Combine(target, file.Key), cancellation), cancellation);
        File.Copy(order.KeyFile, Path.Combine(target, "backup.key"));
        if (Directory.Exists(order.Data)) Directory.Delete(order.Data);
        Directory.Move(target, order.Data);
        DurableFile.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(order.Data))!);
        return runs[^1];
    }

    private static IReadOnlyList<BackupManifest> Choose(IReadOnlyList<BackupManifest> all, RestoreOrder order)
    {
        var generation = order.Generation ?? (all.Count > 0 ? all[^1].Generation : throw new BackupException($"'{order.From}' holds no backup."));
        var runs = all.Where(manifest => manifest.Generation == generation).OrderBy(manifest => manifest.Run).ToList();
        return runs.Count > 0 ? runs : throw new BackupException($"'{order.From}' has no generation '{generation}'. See: ./akashi backup list");
    }

    private static async Task RestoreKeysAsync(RestoreOrder order, BackupKey key, string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(order.KeysFrom)) throw new BackupException($"The folder of the keys' copies '{order.KeysFrom}' is missing. Name it with --keys-from DIR.");
        var place = new BackupPlace(new FileObjectStore(order.KeysFrom), key, BackupPlace.KeysPurpose);
        var newest = await BackupUpkeep.NewestKeysAsync(place, cancellation) ?? throw new BackupException($"'{order.KeysFrom}' holds no copy of the keys.");
        Directory.CreateDirectory(folder, Owner);
        await place.ReadAsync(new BackupEntry(newest.Key.ToString(), newest.Bytes, ""), async stream =>
        {
            using var memory = new MemoryStream(); // whole and proven before a file of it is written
            await stream.CopyToAsync(memory, cancellation);
            memory.Position = 0;
            await TarFile.ExtractToDirectoryAsync(memory, folder, overwriteFiles: false, cancellation);
        }, cancellation);
    }

    private static async Task RestoreSettingsAsync(BackupPlace place, BackupManifest manifest, string target, CancellationToken cancellation)
    {
        const string mark = "settings-";
        foreach (var entry in manifest.Settings)
        {
            var name = Path.GetFileNameWithoutExtension(entry.Key);
            name = name[(name.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..];
            var path = name.EndsWith(".password", StringComparison.Ordinal) ? Path.Combine(DatabaseSource.FolderIn(target), name["postgres_".Length..]) : Path.Combine(target, name);
            await place.ReadAsync(entry, stream => SaveAsync(stream, path, cancellation), cancellation);
        }
        var config = Path.Combine(target, "config.json");
        if (!File.Exists(config) || JsonNode.Parse(await File.ReadAllTextAsync(config, cancellation)) is not JsonObject content) return;
        // The objects are in files now and the keys in the folder, wherever they were; and of two services neither may use the other's database, keys or backups.
        foreach (var name in OfTheOldPlace) content.Remove(name);
        DurableFile.Write(config, System.Text.Encoding.UTF8.GetBytes(content.ToJsonString()));
    }

    private static async Task RestoreDatabaseAsync(BackupPlace place, IReadOnlyList<BackupManifest> runs, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder, Owner);
        var database = runs[0].Database ?? throw new BackupException($"The generation {runs[0].Generation} lacks its base backup.");
        await place.ReadAsync(database, stream => UnpackAsync(stream, folder, cancellation), cancellation);
        var aside = Path.Combine(folder, PrivateCluster.LogFolder);
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        var log = runs.SelectMany(run => run.Log).DistinctBy(BackupRun.SegmentOf).ToList(); // a run that died may have been done again
        if (log.Count == 0) return;
        foreach (var entry in log)
        {
            await place.ReadAsync(entry, async stream =>
            {
                await using var gzip = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
                await SaveAsync(gzip, Path.Combine(folder, RestoredLog, BackupRun.SegmentOf(entry)), cancellation);
            }, cancellation);
        }
        // PostgreSQL replays them at its first start, answers nobody until then, and goes on by itself.
        await File.AppendAllTextAsync(Path.Combine(folder, "postgresql.conf"), $"\nrestore_command = 'cp {RestoredLog}/%f %p'\nhot_standby = off\n", cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "recovery.signal"), "", cancellation);
    }

    /// <summary>By tar(1), which keeps modes and links as pg_basebackup wrote them.</summary>
    private static async Task UnpackAsync(Stream archive, string folder, CancellationToken cancellation)
    {
        using var tar = Process.Start(new ProcessStartInfo("tar", ["--extract", "--gzip", "--no-same-owner", "--directory", folder]) { RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var errors = tar.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await archive.CopyToAsync(tar.StandardInput.BaseStream, cancellation);
            tar.StandardInput.Close();
        }
        catch
        {
            tar.Kill();
            throw;
        }
        await tar.WaitForExitAsync(cancellation);
        if (tar.ExitCode != 0) throw new BackupException($"The database cannot be unpacked: {(await errors).Trim()}");
    }

    private static async Task SaveAsync(Stream content, string path, CancellationToken cancellation)
    {
        DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
        await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        await content.CopyToAsync(file, cancellation);
        file.Flush(flushToDisk: true);
    }
}
