using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Akashi.Platform.Objects;

/// <summary>
/// The form of <see cref="SealedObject"/> for content that is too large to hold: seals or opens while it is read. The content is not known
/// beforehand, so the header must hold something random: key and nonces follow from it.
/// </summary>
public sealed class SealedStream : ForwardStream
{
    /// <summary>Gives the 32-byte key for the digest of a header.</summary>
    public delegate byte[] KeyOf(ReadOnlySpan<byte> headerDigest);

    private readonly Stream _inner;
    private readonly AesGcm _aes;
    private readonly byte[] _associated;
    private readonly bool _opening;
    private readonly byte[] _in;
    private readonly byte[] _next;
    private readonly byte[] _out = new byte[SealedObject.ChunkSize + SealedObject.TagSize];
    private int _nextLength = -1;
    private int _chunk;
    private byte[] _ready;
    private int _readyAt;
    private int _readyLength;
    private bool _ended;

    private SealedStream(Stream inner, byte[] head, KeyOf keyOf, bool opening)
    {
        (_inner, _opening) = (inner, opening);
        _associated = SHA256.HashData(head);
        _aes = new AesGcm(keyOf(_associated), SealedObject.TagSize);
        var size = opening ? SealedObject.ChunkSize + SealedObject.TagSize : SealedObject.ChunkSize;
        (_in, _next) = (new byte[size], new byte[size]);
        (_ready, _readyLength) = opening ? ([], 0) : (head, head.Length);
    }

    /// <summary>Reads as the sealed form of a plain stream.</summary>
    public static SealedStream Seal(Stream plain, ReadOnlySpan<byte> header, KeyOf keyOf)
    {
        var head = new byte[SealedObject.PrefixSize + header.Length];
        SealedObject.WriteHead(head, header);
        return new SealedStream(plain, head, keyOf, opening: false);
    }

    /// <summary>Reads as the content of a sealed stream; the caller disposes both. Only an end that was reached is proven whole.</summary>
    /// <exception cref="InvalidDataException">This is no sealed object, or it is cut short.</exception>
    public static async Task<SealedStream> OpenAsync(Stream sealedContent, KeyOf keyOf, CancellationToken cancellation)
    {
        var prefix = new byte[SealedObject.PrefixSize];
        var length = await sealedContent.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, cancellation);
        var header = length < prefix.Length ? -1 : BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(prefix.Length - sizeof(int)));
        if (header is < 0 or > SealedObject.MaximumHeader) throw new InvalidDataException("This is no sealed object.");
        var head = new byte[prefix.Length + header];
        prefix.CopyTo(head, 0);
        await sealedContent.ReadExactlyAsync(head.AsMemory(prefix.Length), cancellation);
        _ = SealedObject.HeaderOf(head); // mark and version
        return new SealedStream(sealedContent, head, keyOf, opening: true);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_readyLength == 0)
        {
            if (_ended) return 0;
            await AdvanceAsync(cancellationToken);
        }
        var count = Math.Min(buffer.Length, _readyLength);
        _ready.AsMemory(_readyAt, count).CopyTo(buffer);
        _readyAt += count;
        _readyLength -= count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _aes.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>One chunk ahead is read, because the last one has another nonce.</summary>
    private async Task AdvanceAsync(CancellationToken cancellation)
    {
        if (_nextLength < 0) _nextLength = await _inner.ReadAtLeastAsync(_next, _next.Length, throwOnEndOfStream: false, cancellation);
        _next.AsSpan(0, _nextLength).CopyTo(_in);
        var length = _nextLength;
        _nextLength = length < _in.Length ? 0 : await _inner.ReadAtLeastAsync(_next, _next.Length, throwOnEndOfStream: false, cancellation);
        _ended = _nextLength == 0;
        (_ready, _readyAt, _readyLength) = (_out, 0, Transform(length));
        _chunk++;
    }

    private int Transform(int length)
    {
        Span<byte> nonce = stackalloc byte[SealedObject.NonceSize];
        SealedObject.WriteNonce(nonce, _chunk, last: _ended);
        if (!_opening)
        {
            _aes.Encrypt(nonce, _in.AsSpan(0, length), _out.AsSpan(0, length), _out.AsSpan(length, SealedObject.TagSize), _associated);
            return length + SealedObject.TagSize;
        }
        var plain = length - SealedObject.TagSize;
        if (plain < 0) throw new InvalidDataException("The object is cut short.");
        _aes.Decrypt(nonce, _in.AsSpan(0, plain), _in.AsSpan(plain, SealedObject.TagSize), _out.AsSpan(0, plain), _associated);
        return plain;
    }
}
