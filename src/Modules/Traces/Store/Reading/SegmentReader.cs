using System.Buffers;
using System.Security.Cryptography;
using Akashi.Platform.Calendar;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Codec;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;
using Microsoft.Win32.SafeHandles;

namespace Akashi.Traces.Store.Reading;

/// <summary>
/// An open segment: its directory in memory, its chunks read on demand at their offsets. Thread-safe. Disposing closes the file once
/// the last <see cref="TryUse"/> has ended. Whatever is not as it was written ends in a <see cref="SegmentDamagedException"/>.
/// </summary>
internal sealed class SegmentReader : IDisposable
{
    private const int OutsideBlocks = -1;
    private readonly SafeFileHandle _handle;
    private readonly ChunkCipher _cipher;
    private readonly string _path;
    private readonly byte[]?[] _filters;
    private int _users = 1;
    private int _disposed;
    private long _cachedBytes;

    private SegmentReader(SafeFileHandle handle, ChunkCipher cipher, string path, SegmentHeader header, SegmentDirectory directory, int directoryBytes)
    {
        (_handle, _cipher, _path, Directory, _cachedBytes) = (handle, cipher, path, directory, directoryBytes);
        (Tenant, Id, Day) = (new TenantId(header.Tenant), header.Segment, header.Day);
        _filters = new byte[]?[directory.Blocks.Length];
        FoldedKeys = [.. directory.Keys.Select(key => new Folder().Fold(key).ToArray())];
        KeyNames = [.. directory.Keys.Select(System.Text.Encoding.UTF8.GetString)];
        Rows = directory.Blocks.Sum(block => (long)block.Rows);
        (MinTime, MaxTime) = (directory.Blocks.Min(block => block.MinTime), directory.Blocks.Max(block => block.MaxTime));
    }

    public TenantId Tenant { get; }

    public Guid Id { get; }

    public JstDay Day { get; }

    public long Rows { get; }

    public long MinTime { get; }

    public long MaxTime { get; }

    public SegmentDirectory Directory { get; }

    public byte[][] FoldedKeys { get; }

    public string[] KeyNames { get; }

    /// <summary>Memory held by the directory and the filters read so far.</summary>
    public long CachedBytes => Volatile.Read(ref _cachedBytes);

    /// <exception cref="SegmentDamagedException">The file is no segment, not this one, of another tenant, truncated or altered, or the key is another.</exception>
    public static SegmentReader Open(TenantId tenant, string path, Guid segmentId, ReadOnlySpan<byte> key)
    {
        var handle = File.OpenHandle(path);
        ChunkCipher? cipher = null;
        try
        {
            var length = RandomAccess.GetLength(handle);
            if (length < SegmentHeader.Length + SegmentTrailer.Length) throw Damage(segmentId, path, OutsideBlocks, "header", $"the file has only {length} bytes.");
            var header = Part("header", segmentId, path, () => SegmentHeader.Read(Bytes(handle, 0, SegmentHeader.Length)));
            if (header.Segment != segmentId) throw Damage(segmentId, path, OutsideBlocks, "header", $"it is segment {header.Segment:N}.");
            if (header.Tenant != tenant.Value) throw Damage(segmentId, path, OutsideBlocks, "header", "it belongs to another tenant.");
            var trailer = Part("trailer", segmentId, path, () => SegmentTrailer.Read(Bytes(handle, length - SegmentTrailer.Length, SegmentTrailer.Length), length));
            cipher = new ChunkCipher(tenant.Value, segmentId, header.Version, key);
            var directory = Part("directory", segmentId, path, () => ReadDirectory(handle, cipher, trailer));
            return new SegmentReader(handle, cipher, path, header, directory, trailer.Decoded);
        }
        catch
        {
            cipher?.Dispose();
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Keeps the file open until the use is disposed.</summary>
    /// <returns>False when the reader was disposed before.</returns>
    public bool TryUse(out Use use)
    {
        use = default;
        for (var users = Volatile.Read(ref _users); users > 0 && Volatile.Read(ref _disposed) == 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) != users) continue;
            use = new Use(this);
            return true;
        }
        return false;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) Release();
    }

    public ColumnBlock Column(int block, in ChunkEntry chunk)
    {
        var bytes = Read(block, chunk);
        var length = chunk.Decoded;
        return Part(block, chunk.Column, () => new ColumnBlock(bytes, length));
    }

    /// <summary>Decodes a chunk that is not a column of values.</summary>
    public T Decode<T>(int block, int column, Func<ReadOnlyMemory<byte>, T> decode)
    {
        var chunk = Directory.Blocks[block].Find(column) ?? throw Damage(Id, _path, block, ColumnIds.Name(column), "it is missing.");
        var bytes = Read(block, chunk);
        try
        {
            return Part(block, column, () => decode(bytes.AsMemory(0, chunk.Decoded)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>The filter of a block, read once and kept.</summary>
    public byte[] Filter(int block)
    {
        if (Volatile.Read(ref _filters[block]) is { } known) return known;
        var filter = Decode(block, ColumnIds.Filter, bytes => bytes.Length > 0 && bytes.Length % 32 == 0 ? bytes.ToArray() : throw new InvalidDataException($"a filter of {bytes.Length} bytes is impossible."));
        if (Interlocked.CompareExchange(ref _filters[block], filter, null) is { } other) return other;
        Interlocked.Add(ref _cachedBytes, filter.Length);
        return filter;
    }

    /// <summary>Runs a decoder and names the place when it finds nonsense.</summary>
    public T Part<T>(int block, int column, Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException or CryptographicException or EndOfStreamException)
        {
            throw Damage(Id, _path, block, ColumnIds.Name(column, KeyNames), Reason(e), e);
        }
    }

    private byte[] Read(int block, ChunkEntry chunk) => Part(block, chunk.Column, () =>
    {
        var plain = ArrayPool<byte>.Shared.Rent(Math.Max(1, chunk.Decoded));
        try
        {
            Unpack(_handle, _cipher, chunk, block, plain, default);
            return plain;
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(plain);
            throw;
        }
    });

    private static SegmentDirectory ReadDirectory(SafeFileHandle handle, ChunkCipher cipher, SegmentTrailer trailer)
    {
        var stored = Bytes(handle, trailer.Offset, trailer.Stored);
        if (!SHA256.HashData(stored).AsSpan().SequenceEqual(trailer.Hash)) throw new InvalidDataException("its hash is not the one in the trailer.");
        var plain = new byte[trailer.Decoded];
        var chunk = new ChunkEntry(ColumnIds.Directory, 0, trailer.Offset, trailer.Stored, trailer.Decoded, Compressed: true, null);
        Unpack(handle, cipher, chunk, OutsideBlocks, plain, Bytes(handle, 0, SegmentHeader.Length));
        var directory = SegmentDirectory.Read(new ByteReader(plain), trailer.Offset);
        return directory.Blocks.Length > 0 ? directory : throw new InvalidDataException("it lists no block.");
    }

    private static void Unpack(SafeFileHandle handle, ChunkCipher cipher, in ChunkEntry chunk, int block, byte[] plain, ReadOnlySpan<byte> header)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(chunk.Stored);
        try
        {
            var stored = buffer.AsSpan(0, chunk.Stored);
            Fill(handle, chunk.Offset, stored);
            var packed = stored[..^SegmentFormat.TagBytes];
            cipher.Decrypt(chunk.Number, chunk.Column, block, stored, packed, header);
            if (chunk.Compressed) Zstd.Decompress(packed, plain.AsSpan(0, chunk.Decoded));
            else if (packed.Length == chunk.Decoded) packed.CopyTo(plain);
            else throw new InvalidDataException($"{packed.Length} bytes instead of {chunk.Decoded}.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Bytes(SafeFileHandle handle, long offset, int count)
    {
        var bytes = new byte[count];
        Fill(handle, offset, bytes);
        return bytes;
    }

    private static void Fill(SafeFileHandle handle, long offset, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = RandomAccess.Read(handle, bytes, offset);
            if (count == 0) throw new EndOfStreamException("the file ends early.");
            bytes = bytes[count..];
            offset += count;
        }
    }

    private static T Part<T>(string name, Guid id, string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException or CryptographicException or EndOfStreamException)
        {
            throw Damage(id, path, OutsideBlocks, name, Reason(e), e);
        }
    }

    private static string Reason(Exception e) => e is CryptographicException ? "it was altered, or the key is another." : e.Message;

    private static SegmentDamagedException Damage(Guid id, string path, int block, string column, string reason, Exception? cause = null) =>
        new(new SegmentDamaged(id, Path.GetFileName(path), block == OutsideBlocks ? null : block, column, reason), cause);

    private void Release()
    {
        if (Interlocked.Decrement(ref _users) != 0) return;
        _cipher.Dispose();
        _handle.Dispose();
    }

    internal readonly struct Use(SegmentReader reader) : IDisposable
    {
        public SegmentReader Reader => reader;

        public void Dispose() => reader?.Release();
    }
}
