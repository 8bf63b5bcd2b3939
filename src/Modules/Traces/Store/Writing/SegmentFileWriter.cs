using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Akashi.Durability;
using Akashi.Platform.Crypto;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Codec;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Filters;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;
using Microsoft.Win32.SafeHandles;

namespace Akashi.Traces.Store.Writing;

/// <param name="CompressionLevel">Of zstd.</param>
/// <param name="BlockRows">Rows in a block, at most <see cref="SegmentFormat.MaxBlockRows"/>.</param>
internal sealed record SegmentForm(int CompressionLevel, int BlockRows = SegmentFormat.MaxBlockRows)
{
    /// <summary>Quick: fresh segments are soon merged.</summary>
    public static readonly SegmentForm Fresh = new(1);

    /// <summary>Merged segments stay: time spent on their size pays.</summary>
    public static readonly SegmentForm Merged = new(6);
}

/// <summary>
/// Writes one segment file from rows in the order of terminal, time, batch and line. Holds one block at a time. Disposing leaves nothing behind unless the
/// segment was finished.
/// </summary>
internal sealed class SegmentFileWriter : IDisposable
{
    private const int Buffered = 1 << 20;
    private const int WorthCompressing = 48;

    /// <summary>A smaller first block is mostly the only one.</summary>
    private const int WorthDictionary = 1024;
    private readonly DurableDraft _draft;
    private readonly TenantId _tenant;
    private readonly string _folder;
    private readonly Guid _id;
    private readonly ChunkCipher _cipher;
    private readonly List<BatchSource> _batches = [];
    private readonly int _level;
    private readonly KeyTable _keys = new();
    private readonly ulong _indexSeed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private readonly BlockBuilder _block;
    private readonly BlockTerms _terms;
    private readonly SegmentIndexBuilder _index = new();
    private readonly List<BlockEntry> _blocks = [];
    private readonly List<ChunkEntry> _chunks = [];
    private readonly ByteWriter _plain = new();
    private readonly ByteWriter _output = new();
    private ZstdDictionary? _dictionary;
    private ChunkEntry? _dictionaryChunk;
    private byte[] _compressed = [];
    private long _written;
    private ulong _number;

    /// <param name="folder">Exists; the segment lies directly in it.</param>
    /// <param name="key">32 bytes; never stored.</param>
    public SegmentFileWriter(TenantId tenant, string folder, Guid id, ReadOnlySpan<byte> key, SegmentForm form)
    {
        (_tenant, _folder, _id, _level) = (tenant, folder, id, form.CompressionLevel);
        _draft = DurableFile.Begin(Path.Combine(folder, $"{id:N}{SegmentFormat.FileSuffix}"));
        _cipher = new ChunkCipher(tenant.Value, id, SegmentFormat.Version, key);
        _block = new BlockBuilder(_keys, form.BlockRows);
        _terms = new BlockTerms(_keys, _indexSeed);
        _output.Reserve(SegmentHeader.Length).Clear(); // its days are known at the end
    }

    public KeyTable Keys => _keys;

    public long Rows { get; private set; }

    private long Position => _written + _output.Length;

    /// <summary>Adds sorted batches behind those that are there.</summary>
    /// <returns>By what the rows refer to the first of them.</returns>
    public int AddBatches(IEnumerable<BatchSource> batches)
    {
        var first = _batches.Count;
        _batches.AddRange(batches);
        return first;
    }

    public void Add(in RowMeta row, ReadOnlySpan<byte> line, ReadOnlySpan<FieldRange> fields)
    {
        _block.Add(row, line, fields);
        CloseFullBlock();
    }

    /// <summary>Adds a row of another segment.</summary>
    public void Add(in RowMeta row, BlockRows from)
    {
        if (!_block.TryAdd(row, from)) _block.Add(row, from.ReadLine());
        CloseFullBlock();
    }

    public void Dispose()
    {
        _draft.Dispose();
        _cipher.Dispose();
        _dictionary?.Dispose();
    }

    /// <summary>Writes what is missing; when this returns, file and folder entry are on disk.</summary>
    /// <param name="days">All days that its rows are filed under.</param>
    public SegmentInfo Finish(DayRange days)
    {
        if (_block.Rows > 0) CloseBlock();
        if (_blocks.Count == 0) throw new InvalidOperationException("A segment needs at least one row.");
        var header = SegmentHeader.Write(_tenant, _id, days);
        var part = 0;
        _index.Write(_plain, column => Chunk(part++, column, null));
        var directory = new SegmentDirectory(_indexSeed, [.. _batches], [.. _keys.Keys], [.. _blocks], [.. _chunks], _dictionaryChunk);
        directory.Write(_plain);
        var (offset, decoded) = (Position, _plain.Length);
        var compressed = Compress(_plain.Written);
        var stored = _output.Reserve(compressed.Length + SegmentFormat.TagBytes);
        _cipher.Encrypt(0, ColumnIds.Directory, -1, compressed, stored, header);
        var hash = SHA256.HashData(stored);
        _output.Bytes(new SegmentTrailer(offset, stored.Length, decoded, hash).Write());
        Flush();
        RandomAccess.Write(_draft.Handle, header, 0);
        var digest = DigestOf(_draft.Handle);
        var name = SegmentFormat.FileName(days.First, _id);
        _draft.Publish(Path.Combine(_folder, name));
        var (min, max) = (_blocks.Min(block => block.MinTime), _blocks.Max(block => block.MaxTime));
        return new SegmentInfo(_id, days, name, Rows, _written, DateTimeOffset.FromUnixTimeMilliseconds(min), DateTimeOffset.FromUnixTimeMilliseconds(max), SegmentFormat.Version, digest);
    }

    private static Sha256 DigestOf(SafeFileHandle handle)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(Buffered);
        for (var (at, count) = (0L, -1); count != 0; at += count)
        {
            count = RandomAccess.Read(handle, buffer, at);
            hash.AppendData(buffer, 0, count);
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return new Sha256(hash.GetHashAndReset());
    }

    private void CloseFullBlock()
    {
        Rows++;
        if (_block.IsFull) CloseBlock();
    }

    private void CloseBlock()
    {
        var number = _blocks.Count;
        _plain.Clear();
        if (number == 0) WriteDictionary();
        _block.Write(_plain, (column, ranges) => Chunk(number, column, ranges));
        _index.AddBlock(_terms.Of(_block, CollectionsMarshal.AsSpan(_chunks)));
        var (min, max) = _block.Times();
        _blocks.Add(new BlockEntry(_block.Rows, _block.RawRows, min, max, _block.LineBytes, [.. _chunks]));
        _chunks.Clear();
        _block.Clear();
    }

    /// <summary>The values of the first block: much of them comes again in the others.</summary>
    private void WriteDictionary()
    {
        if (_block.Rows < WorthDictionary) return;
        foreach (var key in _block.Keys)
        {
            var column = _block.ColumnOf(key);
            for (var i = 0; i < column.Distinct && _plain.Length + column.Entry(i).Length <= SegmentFormat.MaxDictionaryBytes; i++) _plain.Bytes(column.Entry(i));
        }
        if (_plain.Length == 0) return;
        _dictionary = ZstdDictionary.ToCompress(_plain.Written, _level);
        Chunk(SegmentReader.OutsideBlocks, ColumnIds.Dictionary, null);
        _dictionaryChunk = _chunks[0];
        _chunks.Clear();
    }

    /// <param name="block">Or the number of a part of the index.</param>
    private void Chunk(int block, int column, IntegerRanges? ranges)
    {
        var plain = _plain.Written;
        if (plain.Length > SegmentFormat.MaxChunkBytes) throw new InvalidDataException($"A chunk of {plain.Length} bytes is more than a reader takes.");
        var compressed = column != ColumnIds.IndexPage && plain.Length >= WorthCompressing ? Compress(plain, ColumnIds.IsEntries(column) ? _dictionary : null) : plain;
        var packed = compressed.Length < plain.Length;
        if (!packed) compressed = plain;
        var offset = Position;
        var stored = _output.Reserve(compressed.Length + SegmentFormat.TagBytes);
        _cipher.Encrypt(++_number, column, block, compressed, stored);
        _chunks.Add(new ChunkEntry(column, _number, offset, stored.Length, plain.Length, packed, ranges));
        _plain.Clear();
        if (_output.Length >= Buffered) Flush();
    }

    private ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> plain, ZstdDictionary? dictionary = null)
    {
        var bound = Zstd.Bound(plain.Length);
        if (_compressed.Length < bound) _compressed = new byte[Math.Max(bound, Buffered)];
        return _compressed.AsSpan(0, Zstd.Compress(plain, _compressed, _level, dictionary));
    }

    private void Flush()
    {
        RandomAccess.Write(_draft.Handle, _output.Written, _written);
        _written += _output.Length;
        _output.Clear();
    }
}
