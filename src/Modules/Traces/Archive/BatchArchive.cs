using System.Security.Cryptography;
using Akashi.Platform.Crypto;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Archive;

/// <summary>Keeps each batch exactly as it was uploaded, encrypted. This is the write-ahead log of everything else.</summary>
internal sealed class BatchArchive(IObjectStore objects, KeyStore keys, TimeProvider clock)
{
    // A local store has them in the system's memory anyway.
    private readonly RecentObjects? _recent = objects.IsLocal ? null : new RecentObjects();

    /// <summary>The object as it will be stored; costs a processor, and nothing else.</summary>
    public byte[] Seal(ArchiveHeader header, ReadOnlySpan<byte> headerBytes, ReadOnlySpan<byte> zip) => SealedObject.Seal(keys, header.Tenant, headerBytes, zip);

    /// <summary>Durable when it returns.</summary>
    /// <returns>The object's key. Each attempt has its own, so that a second upload of a batch never touches the first one's object.</returns>
    public async Task<ObjectKey> StoreAsync(ArchiveHeader header, ReadOnlyMemory<byte> sealedBytes, CancellationToken cancellation)
    {
        var attempt = Guid.CreateVersion7(clock.GetUtcNow());
        var key = ObjectKey.Of(FolderOf(header.Tenant).ToString(), header.CollectionDay.ToString(), header.Name.Tmid.ToString(), $"{header.Name.Id}-{attempt:N}{TraceNames.ArchiveExtension}");
        await objects.WriteAsync(key, sealedBytes, cancellation);
        _recent?.Keep(key, sealedBytes);
        return key;
    }

    /// <exception cref="InvalidDataException">The object is damaged, or is not the batch of its header.</exception>
    /// <exception cref="CryptographicException">The object was changed.</exception>
    /// <exception cref="FileNotFoundException">There is no such object.</exception>
    public async Task<(ArchiveHeader Header, byte[] HeaderBytes, byte[] Zip)> ReadAsync(TenantId tenant, ObjectKey key, CancellationToken cancellation) =>
        Open(tenant, key, await objects.ReadAsync(key, cancellation));

    /// <summary>The same for those who follow what is stored: it may come from this node's memory.</summary>
    public async Task<(ArchiveHeader Header, byte[] Zip)> ReadRecentAsync(TenantId tenant, ObjectKey key, CancellationToken cancellation)
    {
        var (header, _, zip) = Open(tenant, key, _recent?.Find(key) ?? await objects.ReadAsync(key, cancellation));
        return (header, zip);
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellation) => objects.DeleteAsync(key, cancellation);

    public IAsyncEnumerable<ObjectEntry> ListAsync(TenantId tenant, CancellationToken cancellation) => objects.AllAsync(FolderOf(tenant), cancellation);

    public static ObjectKey FolderOf(TenantId tenant) => ObjectKey.Of(tenant.ToString(), TraceNames.ArchiveFolder);

    private (ArchiveHeader Header, byte[] HeaderBytes, byte[] Zip) Open(TenantId tenant, ObjectKey key, ReadOnlyMemory<byte> stored)
    {
        var headerBytes = SealedObject.HeaderOf(stored.Span).ToArray();
        var header = ArchiveHeader.Parse(headerBytes);
        var zip = SealedObject.Open(keys, tenant, stored.Span);
        if (header.Tenant != tenant || Sha256.Of(zip) != header.Digest) throw new InvalidDataException($"The object '{key}' does not hold the batch that its header names.");
        return (header, headerBytes, zip);
    }
}
