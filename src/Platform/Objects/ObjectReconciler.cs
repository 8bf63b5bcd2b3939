using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Microsoft.Extensions.Logging;

namespace Akashi.Platform.Objects;

/// <summary>A module that keeps objects: it alone knows which of them count.</summary>
public interface IObjectOwner
{
    ObjectKey FolderOf(TenantId tenant);

    /// <summary>Those of the given keys that a row of the module's catalogue names.</summary>
    Task<IReadOnlySet<string>> NamedAsync(TenantId tenant, IReadOnlyList<ObjectKey> keys, CancellationToken cancellation);
}

/// <param name="Orphans">Objects that no catalogue names.</param>
/// <param name="Bytes">Of the orphans, as stored.</param>
public sealed record ReconcileReport(long Objects, long Orphans, long Bytes);

/// <summary>
/// Finds objects that were written but whose row was never committed: the server died in between, and the sender, never told that it
/// succeeded, sent again. They are removed once they are so old that no upload can still be under way.
/// </summary>
public sealed partial class ObjectReconciler(
    IObjectStore objects, AkashiDatabase database, IEnumerable<IObjectOwner> owners, TimeProvider clock, ILogger<ObjectReconciler> logger)
{
    /// <summary>Far longer than any upload lasts.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(24);

    private const int PageSize = 1000;

    /// <summary>All owners' objects of a tenant, page by page.</summary>
    /// <param name="remove">False only counts.</param>
    public async Task<ReconcileReport> ReconcileAsync(TenantId tenant, bool remove, CancellationToken cancellation)
    {
        var total = new ReconcileReport(0, 0, 0);
        foreach (var owner in owners)
        {
            ObjectKey? after = null;
            while (await objects.ListAsync(owner.FolderOf(tenant), after, PageSize, cancellation) is { Count: > 0 } page)
            {
                var found = await ReconcileAsync(tenant, owner, page, remove, cancellation);
                total = new ReconcileReport(total.Objects + page.Count, total.Orphans + found.Count, total.Bytes + found.Sum(entry => entry.Bytes));
                after = page[^1].Key;
            }
        }
        if (total.Orphans > 0) LogOrphans(tenant, total.Orphans, total.Bytes, remove ? "removed" : "found");
        return total;
    }

    private async Task<IReadOnlyList<ObjectEntry>> ReconcileAsync(TenantId tenant, IObjectOwner owner, IReadOnlyList<ObjectEntry> page, bool remove, CancellationToken cancellation)
    {
        // Age before names: what is old enough now had its chance to be named before we ask.
        var old = page.Where(entry => entry.WrittenAt < clock.GetUtcNow() - Grace).ToList();
        if (old.Count == 0) return [];
        var named = await owner.NamedAsync(tenant, [.. old.Select(entry => entry.Key)], cancellation);
        var orphans = old.Where(entry => !named.Contains(entry.Key.ToString())).ToList();
        if (!remove || orphans.Count == 0) return orphans;
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (!await DeletionGate.TryPassAsync(session, cancellation)) return [];
        foreach (var orphan in orphans) await objects.DeleteAsync(orphan.Key, cancellation);
        return orphans;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} objects of tenant {Tenant} ({Bytes} bytes) that no catalogue names were {Deed}: uploads that were never acknowledged.")]
    private partial void LogOrphans(TenantId tenant, long count, long bytes, string deed);
}
