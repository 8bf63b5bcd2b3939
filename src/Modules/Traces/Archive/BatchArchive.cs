using System.Security.Cryptography;
using Akashi.Platform.Crypto;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Archive;

/// <summary>Keeps each batch exactly as it was uploaded, encrypted. This is the write-ahead log of everything else.</summary>
internal sealed class BatchArchive(ObjectStore objects, KeyStore keys, TimeProvider clock)
{
    /// <summary>Durable when it returns.</summary>
    /// <returns>The object's key. Each attempt has its own, so that a second upload of a batch never touches the first one's object.</returns>
    public string Store(ArchiveHeader header, ReadOnlySpan<byte> headerBytes, ReadOnlySpan<byte> zip)
    {
        var attempt = Guid.CreateVersion7(clock.GetUtcNow());
        var key = Path.Combine(FolderOf(header.Tenant), header.CollectionDay.ToString(), header.Name.Tmid.ToString(), $"{header.Name.Id}-{attempt:N}{TraceNames.ArchiveExtension}");
        objects.Write(key, SealedObject.Seal(keys, header.Tenant, headerBytes, zip));
        return key;
    }

    /// <exception cref="InvalidDataException">The object is damaged, or is not the batch of its header.</exception>
    /// <exception cref="CryptographicException">The object was changed.</exception>
    public (ArchiveHeader Header, byte[] HeaderBytes, byte[] Zip) Read(TenantId tenant, string key)
    {
        var stored = objects.Read(key);
        var headerBytes = SealedObject.HeaderOf(stored).ToArray();
        var header = ArchiveHeader.Parse(headerBytes);
        var zip = SealedObject.Open(keys, tenant, stored);
        if (header.Tenant != tenant || Sha256.Of(zip) != header.Digest) throw new InvalidDataException($"The object '{key}' does not hold the batch that its header names.");
        return (header, headerBytes, zip);
    }

    public void Delete(string key) => objects.Delete(key);

    public IEnumerable<string> List(TenantId tenant) => objects.List(FolderOf(tenant)).Where(key => key.EndsWith(TraceNames.ArchiveExtension, StringComparison.Ordinal));

    private static string FolderOf(TenantId tenant) => Path.Combine(tenant.ToString(), TraceNames.ArchiveFolder);
}
