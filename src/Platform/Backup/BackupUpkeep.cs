using Akashi.Platform.Objects;

namespace Akashi.Platform.Backup;

/// <summary>What ages out, and what a second place still lacks.</summary>
internal static class BackupUpkeep
{
    private const string KeysFolder = "keys";
    private static readonly TimeSpan KeyLife = TimeSpan.FromDays(30);

    public static ObjectKey KeyCopyOf(DateTimeOffset instant) => ObjectKey.Of(KeysFolder, BackupManifest.NameOf(instant) + ".akb");

    /// <returns>The newest copy of the keys, or null.</returns>
    public static async Task<ObjectEntry?> NewestKeysAsync(BackupPlace place, CancellationToken cancellation)
    {
        ObjectEntry? newest = null;
        await foreach (var entry in place.Store.AllAsync(new ObjectKey(KeysFolder), cancellation)) newest = entry; // names are instants
        return newest;
    }

    /// <summary>The newest copy stays however old it is: without it nothing could be restored.</summary>
    public static async Task PruneKeysAsync(BackupPlace place, DateTimeOffset now, CancellationToken cancellation)
    {
        var newest = await NewestKeysAsync(place, cancellation);
        var limit = KeyCopyOf(now - KeyLife).ToString();
        await foreach (var entry in place.Store.AllAsync(new ObjectKey(KeysFolder), cancellation))
            if (entry != newest && string.CompareOrdinal(entry.Key.ToString(), limit) < 0) await place.Store.DeleteAsync(entry.Key, cancellation);
    }

    /// <summary>Keeps the newest generations and the files that they name.</summary>
    public static async Task PruneAsync(BackupPlace place, IReadOnlyList<BackupManifest> manifests, int keep, CancellationToken cancellation)
    {
        var generations = manifests.Select(manifest => manifest.Generation).Distinct().Order(StringComparer.Ordinal).ToList();
        if (generations.Count <= keep) return;
        var kept = generations.TakeLast(keep).ToHashSet(StringComparer.Ordinal);
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var manifest in manifests.Where(manifest => kept.Contains(manifest.Generation))) named.UnionWith((await manifest.ReadFilesAsync(place, cancellation)).Keys);
        await foreach (var entry in place.Store.AllAsync(null, cancellation))
        {
            var key = entry.Key.ToString();
            var parts = key.Split('/');
            var outdated = entry.Key.ToString().StartsWith(BackupManifest.Root + "/", StringComparison.Ordinal) ? !kept.Contains(parts[1]) : !named.Contains(key);
            if (outdated) await place.Store.DeleteAsync(entry.Key, cancellation);
        }
    }

    /// <summary>Makes the second place like the first: manifests last, so that it never names what it lacks.</summary>
    public static async Task MirrorAsync(IObjectStore from, IObjectStore to, CancellationToken cancellation)
    {
        var there = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var entry in to.AllAsync(null, cancellation)) there[entry.Key.ToString()] = entry.Bytes;
        var manifests = new List<ObjectKey>();
        await foreach (var entry in from.AllAsync(null, cancellation))
        {
            if (there.Remove(entry.Key.ToString(), out var bytes) && bytes == entry.Bytes) continue;
            if (entry.Key.ToString().EndsWith("-manifest.akb", StringComparison.Ordinal)) manifests.Add(entry.Key);
            else await CopyAsync(from, to, entry.Key, cancellation);
        }
        foreach (var manifest in manifests) await CopyAsync(from, to, manifest, cancellation);
        foreach (var outdated in there.Keys) await to.DeleteAsync(new ObjectKey(outdated), cancellation);
    }

    private static async Task CopyAsync(IObjectStore from, IObjectStore to, ObjectKey key, CancellationToken cancellation)
    {
        await to.DeleteAsync(key, cancellation);
        await using var content = await from.OpenAsync(key, 0, null, cancellation);
        await to.WriteAsync(key, content, cancellation);
    }
}
