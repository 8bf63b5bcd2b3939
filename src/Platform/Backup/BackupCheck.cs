using System.Globalization;
using Akashi.Platform.Objects;

namespace Akashi.Platform.Backup;

/// <summary>Looks at backups without restoring them.</summary>
public static class BackupCheck
{
    /// <summary>All complete runs, oldest first.</summary>
    public static Task<IReadOnlyList<BackupManifest>> ListAsync(string from, string keyFile, CancellationToken cancellation) => BackupManifest.ReadAllAsync(Open(from, keyFile), cancellation);

    /// <summary>Reads every stored byte that a manifest names and holds it against its digest.</summary>
    /// <returns>A line for each fault; none when all generations are whole.</returns>
    public static async Task<IReadOnlyList<string>> FaultsAsync(string from, string keyFile, CancellationToken cancellation)
    {
        var place = Open(from, keyFile);
        var entries = new Dictionary<string, BackupEntry>(StringComparer.Ordinal);
        var faults = new List<string>();
        foreach (var manifest in await BackupManifest.ReadAllAsync(place, cancellation))
        {
            foreach (var entry in manifest.Entries) entries[entry.Key] = entry;
            try
            {
                var files = await manifest.ReadFilesAsync(place, cancellation);
                if (files.Count != manifest.FileCount) faults.Add(string.Create(CultureInfo.InvariantCulture, $"{manifest.Generation}: {files.Count} files listed instead of {manifest.FileCount}"));
                foreach (var file in files.Values) entries[file.Key] = file;
            }
            catch (BackupException e)
            {
                faults.Add(e.Message);
            }
        }
        foreach (var entry in entries.Values)
            if (await place.FaultAsync(entry, cancellation) is { } fault) faults.Add(fault);
        return faults;
    }

    private static BackupPlace Open(string from, string keyFile) => Directory.Exists(from)
        ? new BackupPlace(new FileObjectStore(from), BackupKey.Open(keyFile, create: false), BackupPlace.DataPurpose)
        : throw new BackupException($"'{from}' is no folder.");
}
