using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Akashi.Durability;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Tenancy;
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

/// <summary>Writes one segment file from rows in order. Holds one block at a time.</summary>
internal sealed class SegmentFileWriter : IDisposable
{
    private const int Buffered = 1 << 20;
    private const int WorthCompressing = 48;

    /// <summary>A smaller first block is mostly the only one.</summary>
    private const int WorthDictionary = 1024;
    private readonly SafeFileHandle _handle;
    private readonly ChunkCipher _cipher;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _header;
    private readonly BatchSource[] _batches;
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

    private SegmentFileWriter(SafeFileHandle handle, TenantId tenant, Guid id, DayRange days, BatchSource[] batches, ReadOnlySpan<byte> key, SegmentForm form)
    {
        (_handle, _batches, _level) = (handle, batches, form.CompressionLevel);
        _cipher = new ChunkCipher(tenant.Value, id, SegmentFormat.Version, key);
        _header = SegmentHeader.Write(tenant, id, days);
        _block = new BlockBuilder(_keys, form.BlockRows);
        _terms = new BlockTerms(_keys, _indexSeed);
        _output.Bytes(_header);
    }

    public KeyTable Keys => _keys;

    private long Position => _written + _output.Length;

    /// <summary>Writes a whole segment durably: when this returns, file and folder entry are on disk.</summary>
    /// <param name="batches">Sorted; rows refer to them by index.</param>
    /// <param name="rows">Adds all rows, in the order of terminal, time, batch and line.</param>
    public static SegmentInfo Write(TenantId tenant, string folder, Guid id, DayRange days, BatchSource[] batches, byte[] key, SegmentForm form, Action<SegmentFileWriter> rows)
    {
        SegmentInfo? info = null;
        var name = SegmentFormat.FileName(days.First, id);
        DurableFile.Write(Path.Combine(folder, name), handle =>
        {
            using var writer = new SegmentFileWriter(handle, tenant, id, days, batches, key, form);
            rows(writer);
            info = writer.Finish(id, days, name);
        });
        return info!;
    }

    public void Add(in RowMeta row, ReadOnlySpan<byte> line)
    {
        _block.Add(row, line);
        if (_block.IsFull) CloseBlock();
    }

    /// <summary>Adds a row of another segment.</summary>
    public void Add(in RowMeta row, BlockRows from)
    {
        if (!_block.TryAdd(row, from)) _block.Add(row, from.ReadLine());
        if (_block.IsFull) CloseBlock();
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _hash.Dispose();
        _dictionary?.Dispose();
    }

    private SegmentInfo Finish(Guid id, DayRange days, string name)
    {
        if (_block.Rows > 0) CloseBlock();
        if (_blocks.Count == 0) throw new InvalidOperationException("A segment needs at least one row.");
        var part = 0;
        _index.Write(_plain, column => Chunk(part++, column, null));
        var directory = new SegmentDirectory(_indexSeed, _batches, [.. _keys.Keys], [.. _blocks], [.. _chunks], _dictionaryChunk);
        directory.Write(_plain);
        var (offset, decoded) = (Position, _plain.Length);
        var compressed = Compress(_plain.Written);
        var stored = _output.Reserve(compressed.Length + SegmentFormat.TagBytes);
        _cipher.Encrypt(0, ColumnIds.Directory, -1, compressed, stored, _header);
        var hash = SHA256.HashData(stored);
        _output.Bytes(new SegmentTrailer(offset, stored.Length, decoded, hash).Write());
        Flush();
        var (min, max) = (_blocks.Min(block => block.MinTime), _blocks.Max(block => block.MaxTime));
        return new SegmentInfo(id, days, name, _blocks.Sum(block => (long)block.Rows), _written, DateTimeOffset.FromUnixTimeMilliseconds(min),
            DateTimeOffset.FromUnixTimeMilliseconds(max), SegmentFormat.Version, new Sha256(_hash.GetHashAndReset()));
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
        RandomAccess.Write(_handle, _output.Written, _written);
        _hash.AppendData(_output.Written);
        _written += _output.Length;
        _output.Clear();
    }
}
