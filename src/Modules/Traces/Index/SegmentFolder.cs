using System.Collections.Concurrent;
using Akashi.Durability;
using Akashi.Platform.Crypto;
using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Index;

/// <summary>Where a tenant's segments lie and which keys they have.</summary>
internal sealed class SegmentFolder(ServerOptions options, KeyStore keys) : IDisposable
{
    private const string LockName = ".lock";
    private readonly ConcurrentDictionary<(TenantId Tenant, string FileName), DateTimeOffset> _unpublished = new();
    private FileStream? _lock;

    /// <summary>Takes the embedded store for this process: two servers on one folder would each sweep away the other's fresh segments.</summary>
    /// <exception cref="InvalidOperationException">Another server has it.</exception>
    public void Take()
    {
        DurableFile.CreateFolder(options.SegmentsFolder);
        try
        {
            _lock = new FileStream(Path.Combine(options.SegmentsFolder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"Another server uses '{options.SegmentsFolder}'. The embedded trace store serves one node; stop the other one first.", e);
        }
    }

    /// <summary>Removes files that no row of the catalogue stands for: a crash came between writing and publishing them.</summary>
    public void Sweep(TenantId tenant, IReadOnlySet<string> known)
    {
        var path = Of(tenant);
        DurableFile.DeleteTemporaries(path);
        foreach (var file in Directory.EnumerateFiles(path, "*" + SegmentFormat.FileSuffix))
        {
            if (!known.Contains(Path.GetFileName(file))) File.Delete(file);
        }
    }

    /// <summary>
    /// Segments whose publication failed. The database may have committed it before the connection broke, so they are looked at later.
    /// </summary>
    public void Abandon(TenantId tenant, IEnumerable<SegmentInfo> segments, DateTimeOffset now)
    {
        foreach (var segment in segments) _unpublished[(tenant, segment.FileName)] = now;
    }

    /// <summary>Removes abandoned files that no row of the catalogue stands for by now.</summary>
    /// <param name="before">Abandoned later ones are left for the next time.</param>
    /// <param name="known">Asked only when there are some.</param>
    public async Task SweepAbandonedAsync(TenantId tenant, DateTimeOffset before, Func<Task<HashSet<string>>> known)
    {
        var files = _unpublished.Where(file => file.Key.Tenant == tenant && file.Value < before).Select(file => file.Key).ToList();
        if (files.Count == 0) return;
        var published = await known();
        foreach (var file in files)
        {
            if (!published.Contains(file.FileName)) File.Delete(PathOf(tenant, file.FileName));
            _unpublished.TryRemove(file, out _);
        }
    }

    /// <summary>Deletes everything of a tenant.</summary>
    public void Delete(TenantId tenant)
    {
        var path = Path.Combine(options.SegmentsFolder, tenant.ToString());
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

    public void Dispose() => _lock?.Dispose();

    public string Of(TenantId tenant)
    {
        var folder = Path.Combine(options.SegmentsFolder, tenant.ToString());
        DurableFile.CreateFolder(folder);
        return folder;
    }

    public string PathOf(TenantId tenant, string fileName) => Path.Combine(options.SegmentsFolder, tenant.ToString(), fileName);

    public byte[] KeyOf(TenantId tenant, Guid segment) => keys.DeriveKey(tenant, TenantKeyKind.Data, TraceNames.SegmentKeyPurpose, segment.ToByteArray(bigEndian: true));
}
