using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Codec;

/// <summary>
/// AES-256-GCM over the chunks of one segment. A key serves one file and the nonce is the chunk's number in it, so no nonce repeats.
/// The authenticated data names tenant, segment, column, block and version: a chunk cannot stand in for another.
/// </summary>
internal sealed class ChunkCipher : IDisposable
{
    private const int DataBytes = 16 + 16 + 4 + 4 + 2;
    private readonly byte[] _key;
    private readonly byte[] _identity = new byte[32];
    private readonly ushort _version;
    private readonly ConcurrentBag<AesGcm> _pool = []; // an AesGcm is not thread-safe
    private volatile bool _disposed;

    public ChunkCipher(Guid tenant, Guid segment, ushort version, ReadOnlySpan<byte> key)
    {
        if (key.Length != SegmentFormat.KeyBytes) throw new ArgumentException($"A segment key has {SegmentFormat.KeyBytes} bytes, not {key.Length}.", nameof(key));
        _key = key.ToArray();
        tenant.TryWriteBytes(_identity, bigEndian: true, out _);
        segment.TryWriteBytes(_identity.AsSpan(16), bigEndian: true, out _);
        _version = version;
    }

    /// <param name="output">The cipher text and then the tag: <see cref="SegmentFormat.TagBytes"/> longer than the plain text.</param>
    public void Encrypt(ulong number, int column, int block, ReadOnlySpan<byte> plain, Span<byte> output, ReadOnlySpan<byte> header = default)
    {
        Span<byte> nonce = stackalloc byte[SegmentFormat.NonceBytes];
        var aes = Take(number, nonce);
        try
        {
            aes.Encrypt(nonce, plain, output[..plain.Length], output.Slice(plain.Length, SegmentFormat.TagBytes), Data(column, block, header));
        }
        finally
        {
            Return(aes);
        }
    }

    /// <exception cref="AuthenticationTagMismatchException">Any bit differs, or the key is another.</exception>
    public void Decrypt(ulong number, int column, int block, ReadOnlySpan<byte> stored, Span<byte> plain, ReadOnlySpan<byte> header = default)
    {
        Span<byte> nonce = stackalloc byte[SegmentFormat.NonceBytes];
        var aes = Take(number, nonce);
        try
        {
            var length = stored.Length - SegmentFormat.TagBytes;
            aes.Decrypt(nonce, stored[..length], stored[length..], plain[..length], Data(column, block, header));
        }
        finally
        {
            Return(aes);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
        while (_pool.TryTake(out var aes)) aes.Dispose();
    }

    private AesGcm Take(ulong number, Span<byte> nonce)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, number);
        return _pool.TryTake(out var aes) ? aes : new AesGcm(_key, SegmentFormat.TagBytes);
    }

    private void Return(AesGcm aes)
    {
        if (_disposed) aes.Dispose();
        else _pool.Add(aes);
    }

    private byte[] Data(int column, int block, ReadOnlySpan<byte> header)
    {
        var data = new byte[DataBytes + header.Length];
        _identity.CopyTo(data, 0);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(32), column);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(36), block);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(40), _version);
        header.CopyTo(data.AsSpan(DataBytes));
        return data;
    }
}
