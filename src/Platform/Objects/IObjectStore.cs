namespace Akashi.Platform.Objects;

/// <param name="Bytes">As stored, that is encrypted.</param>
public sealed record ObjectEntry(ObjectKey Key, long Bytes, DateTimeOffset WrittenAt);

/// <summary>
/// Immutable objects: written once, read whole or in part, deleted. Every store refuses what is not encrypted (<see cref="SealedObject"/>),
/// so that neither a disk nor a provider of storage ever holds customer data in the clear.
/// </summary>
public interface IObjectStore
{
    /// <summary>True when the objects lie on this machine: the node must then be the only one.</summary>
    bool IsLocal { get; }

    /// <summary>Durable when it returns. Of two writers of one key at most one succeeds; a reader sees a whole object or none.</summary>
    /// <exception cref="ObjectExistsException">The key is taken.</exception>
    Task WriteAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>The same for content of any length, read to its end. When reading fails, nothing becomes visible.</summary>
    Task WriteAsync(ObjectKey key, Stream content, CancellationToken cancellation);

    /// <exception cref="FileNotFoundException">There is no such object.</exception>
    Task<byte[]> ReadAsync(ObjectKey key, CancellationToken cancellation);

    /// <summary>A part of an object, or all of it.</summary>
    /// <param name="length">Null reads to the end; what reaches past the end is left out.</param>
    /// <exception cref="FileNotFoundException">There is no such object.</exception>
    Task<Stream> OpenAsync(ObjectKey key, long offset, long? length, CancellationToken cancellation);

    /// <summary>An object that is not there counts as deleted.</summary>
    Task DeleteAsync(ObjectKey key, CancellationToken cancellation);

    /// <summary>At most <paramref name="limit"/> objects below a folder (all when null), by key in ordinal order, those after <paramref name="after"/>.</summary>
    Task<IReadOnlyList<ObjectEntry>> ListAsync(ObjectKey? folder, ObjectKey? after, int limit, CancellationToken cancellation);

    /// <summary>Removes what interrupted writes left behind, if they began before the given moment. It was never visible.</summary>
    /// <returns>How many there were; null when the store cannot list them.</returns>
    Task<int?> SweepAsync(DateTimeOffset begunBefore, CancellationToken cancellation);
}

/// <summary>The key is taken; objects are never overwritten.</summary>
public sealed class ObjectExistsException(ObjectKey key) : IOException($"There is an object '{key}' already; objects are never overwritten.");

public static class ObjectStoreExtensions
{
    private const int PageSize = 1000;

    /// <summary>All objects below a folder, page by page.</summary>
    public static async IAsyncEnumerable<ObjectEntry> AllAsync(
        this IObjectStore store, ObjectKey? folder, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ObjectKey? after = null;
        while (true)
        {
            var page = await store.ListAsync(folder, after, PageSize, cancellation);
            foreach (var entry in page) yield return entry;
            if (page.Count < PageSize) yield break;
            after = page[^1].Key;
        }
    }
}
