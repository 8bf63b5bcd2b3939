using System.Buffers.Binary;
using System.Security.Cryptography;
using Akashi.Platform.Crypto;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Objects;

/// <summary>
/// An encrypted object under a header that says in the clear what it is: <c>AKOB</c> | version 1 | header length (u32) | header |
/// chunks of 1 MiB, each AES-256-GCM with a counter nonce. The key is derived from the tenant's data key and the header's hash,
/// so that a header cannot be moved to another body.
/// </summary>
public static class SealedObject
{
    private const string Purpose = "sealed-object";
    private const int MagicSize = 4;
    internal const int PrefixSize = MagicSize + 1 + 4;
    internal const int ChunkSize = 1 << 20;
    internal const int TagSize = 16;
    internal const int NonceSize = 12;
    internal const int MaximumHeader = 64 * 1024;
    private const byte Version = 1;
    private static ReadOnlySpan<byte> Magic => "AKOB"u8;

    /// <param name="header">Must hold a digest of the content: key and nonces follow from the header, and must not serve two contents.</param>
    public static byte[] Seal(KeyStore keys, TenantId tenant, ReadOnlySpan<byte> header, ReadOnlySpan<byte> content)
    {
        if (header.Length > MaximumHeader) throw new ArgumentException($"A header has at most {MaximumHeader} bytes, not {header.Length}.", nameof(header));
        var chunks = Math.Max(1, (content.Length + ChunkSize - 1) / ChunkSize);
        var result = new byte[PrefixSize + header.Length + content.Length + (chunks * TagSize)];
        WriteHead(result, header);
        var associated = SHA256.HashData(result.AsSpan(0, PrefixSize + header.Length));
        using var aes = new AesGcm(keys.DeriveKey(tenant, TenantKeyKind.Data, Purpose, associated), TagSize);
        Span<byte> nonce = stackalloc byte[NonceSize];
        var target = result.AsSpan(PrefixSize + header.Length);
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var plain = content.Slice(chunk * ChunkSize, Math.Min(ChunkSize, content.Length - (chunk * ChunkSize)));
            WriteNonce(nonce, chunk, last: chunk == chunks - 1);
            aes.Encrypt(nonce, plain, target[..plain.Length], target.Slice(plain.Length, TagSize), associated);
            target = target[(plain.Length + TagSize)..];
        }
        return result;
    }

    /// <exception cref="InvalidDataException">This is no sealed object, or it is cut short.</exception>
    /// <exception cref="CryptographicException">Header or content were changed, or the key is another one.</exception>
    public static byte[] Open(KeyStore keys, TenantId tenant, ReadOnlySpan<byte> sealedObject)
    {
        var header = HeaderOf(sealedObject);
        var associated = SHA256.HashData(sealedObject[..(PrefixSize + header.Length)]);
        var body = sealedObject[(PrefixSize + header.Length)..];
        var chunks = (body.Length + ChunkSize + TagSize - 1) / (ChunkSize + TagSize);
        if (chunks == 0 || body.Length < chunks * TagSize) throw new InvalidDataException("The object is cut short.");
        var content = new byte[body.Length - (chunks * TagSize)];
        using var aes = new AesGcm(keys.DeriveKey(tenant, TenantKeyKind.Data, Purpose, associated), TagSize);
        Span<byte> nonce = stackalloc byte[NonceSize];
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var plain = content.AsSpan(chunk * ChunkSize, Math.Min(ChunkSize, content.Length - (chunk * ChunkSize)));
            WriteNonce(nonce, chunk, last: chunk == chunks - 1);
            aes.Decrypt(nonce, body[..plain.Length], body.Slice(plain.Length, TagSize), plain, associated);
            body = body[(plain.Length + TagSize)..];
        }
        return content;
    }

    internal static void WriteHead(Span<byte> target, ReadOnlySpan<byte> header)
    {
        Magic.CopyTo(target);
        target[MagicSize] = Version;
        BinaryPrimitives.WriteInt32BigEndian(target[(MagicSize + 1)..], header.Length);
        header.CopyTo(target[PrefixSize..]);
    }

    /// <summary>Fails closed: what is not sealed must not reach a disk or a provider of storage.</summary>
    internal static void RequireMark(ReadOnlySpan<byte> content)
    {
        if (!content.StartsWith(Magic)) throw new ArgumentException("Only sealed objects are stored; seal the content first.", nameof(content));
    }

    /// <summary>Copies a sealed object and refuses anything else before a byte is written.</summary>
    internal static async Task CopyMarkedAsync(Stream from, Stream to, CancellationToken cancellation)
    {
        var first = new byte[PrefixSize];
        var length = await from.ReadAtLeastAsync(first, first.Length, throwOnEndOfStream: false, cancellation);
        RequireMark(first.AsSpan(0, length));
        await to.WriteAsync(first.AsMemory(0, length), cancellation);
        await from.CopyToAsync(to, ChunkSize, cancellation);
    }

    /// <summary>The last chunk's nonce differs, so that an object cut at a chunk's end does not open.</summary>
    internal static void WriteNonce(Span<byte> nonce, int chunk, bool last)
    {
        nonce.Clear();
        nonce[0] = last ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(nonce[8..], chunk);
    }

    /// <summary>The header alone; it is proven only by <see cref="Open"/>.</summary>
    /// <exception cref="InvalidDataException">This is no sealed object.</exception>
    public static ReadOnlySpan<byte> HeaderOf(ReadOnlySpan<byte> sealedObject)
    {
        if (sealedObject.Length < PrefixSize || !sealedObject.StartsWith(Magic)) throw new InvalidDataException("This is no sealed object.");
        if (sealedObject[MagicSize] != Version) throw new InvalidDataException($"The object has version {sealedObject[MagicSize]}; this program reads version {Version}.");
        var length = BinaryPrimitives.ReadInt32BigEndian(sealedObject[(MagicSize + 1)..]);
        if (length is < 0 or > MaximumHeader || length > sealedObject.Length - PrefixSize) throw new InvalidDataException("The object's header is cut short.");
        return sealedObject.Slice(PrefixSize, length);
    }
}
