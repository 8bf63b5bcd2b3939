using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;
using Akashi.Platform.Calendar;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Codec;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Filters;
using Akashi.Traces.Store.Format;
using Microsoft.Win32.SafeHandles;

namespace Akashi.Traces.Store.Reading;

/// <summary>
/// An open segment: its directory in memory, its chunks read on demand at their offsets. Thread-safe. Disposing closes the file once
/// the last <see cref="TryUse"/> has ended. Whatever is not as it was written ends in a <see cref="SegmentDamagedException"/>.
/// </summary>
internal sealed class SegmentReader : IDisposable
{
    public const int OutsideBlocks = -1;
    private readonly SafeFileHandle _handle;
    private readonly ChunkCipher _cipher;
    private readonly string _path;
    private ZstdDictionary? _dictionary;
    private int _users = 1;
    private int _disposed;
    private readonly Dictionary<byte[], int[]> _byName;

    private SegmentReader(SafeFileHandle handle, ChunkCipher cipher, string path, SegmentHeader header, SegmentDirectory directory)
    {
        (_handle, _cipher, _path, Directory) = (handle, cipher, path, directory);
        Index = new SegmentIndex(this);
        (Tenant, Id, Days) = (new TenantId(header.Tenant), header.Segment, header.Days);
        FoldedKeys = [.. directory.Keys.Select(key => new Folder().Fold(key).ToArray())];
        _byName = FoldedKeys.Index().GroupBy(key => key.Item, key => key.Index, BytesComparer.Instance).ToDictionary(keys => keys.Key, keys => keys.ToArray(), BytesComparer.Instance);
        KeyNames = [.. directory.Keys.Select(System.Text.Encoding.UTF8.GetString)];
        Rows = directory.Blocks.Sum(block => (long)block.Rows);
        (MinTime, MaxTime) = (directory.Blocks.Min(block => block.MinTime), directory.Blocks.Max(block => block.MaxTime));
    }

    public TenantId Tenant { get; }

    public Guid Id { get; }

    public DayRange Days { get; }

    public long Rows { get; }

    public long MinTime { get; }

    public long MaxTime { get; }

    public SegmentDirectory Directory { get; }

    public byte[][] FoldedKeys { get; }

    public string[] KeyNames { get; }

    /// <summary>The keys that fold to a name.</summary>
    public int[] KeysNamed(byte[] foldedName) => _byName.GetValueOrDefault(foldedName, []);

    /// <summary>Memory held by the directory, the dictionary and the parts of the index read so far.</summary>
    public long CachedBytes => Directory.Bytes + Index.Bytes + (_dictionary is null ? 0 : Directory.Dictionary!.Value.Decoded);

    public SegmentIndex Index { get; }

    /// <summary>Null when nothing is kept.</summary>
    public BlockParts? Parts { get; private set; }

    /// <summary>From now on decoded parts of blocks may be kept.</summary>
    public void KeepParts(PartBudget budget) => Parts = new BlockParts(Directory.Blocks.Length, FoldedKeys.Length, budget);

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
            return new SegmentReader(handle, cipher, path, header, directory);
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

    /// <summary>Decodes a chunk that is not a column of values.</summary>
    public T Decode<T>(int block, int column, Func<ReadOnlyMemory<byte>, T> decode)
    {
        var chunk = Chunk(block, column);
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

    /// <summary>Decodes a chunk that belongs to no block.</summary>
    /// <param name="number">Of the page, or of the lists behind the pages.</param>
    public T DecodePart<T>(int number, ChunkEntry chunk, Func<ReadOnlyMemory<byte>, T> decode) => Part(OutsideBlocks, chunk.Column, () =>
    {
        var bytes = new byte[chunk.Decoded];
        Unpack(_handle, _cipher, chunk, number, bytes, default);
        return decode(bytes);
    });

    /// <summary>Where a column of a block lies.</summary>
    public ChunkEntry Chunk(int block, int column) => Directory.Blocks[block].Find(column) ?? throw Damage(block, column, "it is missing.");

    public SegmentDamagedException Damage(int block, int column, string reason) => Damage(Id, _path, block, ColumnIds.Name(column, KeyNames), reason);

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

    /// <summary>A chunk decoded, in an array of the shared pool; <see cref="ChunkEntry.Decoded"/> bytes of it count.</summary>
    public byte[] Read(int block, ChunkEntry chunk) => Part(block, chunk.Column, () =>
    {
        var plain = ArrayPool<byte>.Shared.Rent(Math.Max(1, chunk.Decoded));
        try
        {
            Unpack(_handle, _cipher, chunk, block, plain, default, ColumnIds.IsEntries(chunk.Column) ? Dictionary() : null);
            return plain;
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(plain);
            throw;
        }
    });

    private ZstdDictionary? Dictionary()
    {
        if (Directory.Dictionary is not { } chunk || Volatile.Read(ref _dictionary) is { } known) return _dictionary;
        var dictionary = DecodePart(OutsideBlocks, chunk, bytes => ZstdDictionary.ToDecompress(bytes.Span));
        if (Interlocked.CompareExchange(ref _dictionary, dictionary, null) is { } other)
        {
            dictionary.Dispose();
            return other;
        }
        return dictionary;
    }

    private static SegmentDirectory ReadDirectory(SafeFileHandle handle, ChunkCipher cipher, SegmentTrailer trailer)
    {
        var stored = Bytes(handle, trailer.Offset, trailer.Stored);
        if (!SHA256.HashData(stored).AsSpan().SequenceEqual(trailer.Hash)) throw new InvalidDataException("its hash is not the one in the trailer.");
        var plain = new byte[trailer.Decoded];
        var chunk = new ChunkEntry(ColumnIds.Directory, 0, trailer.Offset, trailer.Stored, trailer.Decoded, Compressed: true, null);
        Unpack(handle, cipher, chunk, OutsideBlocks, plain, Bytes(handle, 0, SegmentHeader.Length));
        var directory = SegmentDirectory.Read(new ByteReader(plain), trailer.Offset);
        var isPages = BitOperations.IsPow2(directory.Index.Length);
        if (!isPages || Array.Exists(directory.Index, part => part.Column != ColumnIds.IndexPage)) throw new InvalidDataException("its index is not whole.");
        return directory.Blocks.Length > 0 ? directory : throw new InvalidDataException("it lists no block.");
    }

    private static void Unpack(SafeFileHandle handle, ChunkCipher cipher, in ChunkEntry chunk, int block, byte[] plain, ReadOnlySpan<byte> header, ZstdDictionary? dictionary = null)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(chunk.Stored);
        try
        {
            var stored = buffer.AsSpan(0, chunk.Stored);
            Fill(handle, chunk.Offset, stored);
            var packed = stored[..^SegmentFormat.TagBytes];
            cipher.Decrypt(chunk.Number, chunk.Column, block, stored, packed, header);
            if (chunk.Compressed) Zstd.Decompress(packed, plain.AsSpan(0, chunk.Decoded), dictionary);
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
        Parts?.Drop(); // also what a last question kept of a segment that nobody asks again
        _cipher.Dispose();
        _handle.Dispose();
        _dictionary?.Dispose();
    }

    internal readonly struct Use(SegmentReader reader) : IDisposable
    {
        public SegmentReader Reader => reader;

        public void Dispose() => reader?.Release();
    }
}
