using System.Text;
using Akashi.Agent.Protocol;

namespace Akashi.Traces.Store.Format;

/// <summary>A batch that rows come from.</summary>
/// <param name="Received">When the service received it (for imported batches: when the terminal sent it).</param>
internal readonly record struct BatchSource(Tmid Tmid, BatchId Batch, DateTimeOffset Received) : IComparable<BatchSource>
{
    public int CompareTo(BatchSource other)
    {
        var order = string.CompareOrdinal(Tmid.ToString(), other.Tmid.ToString());
        if (order == 0) order = string.CompareOrdinal(Batch.ToString(), other.Batch.ToString());
        return order != 0 ? order : Received.CompareTo(other.Received);
    }
}

/// <summary>Where one column of one block lies.</summary>
/// <param name="Number">Number of the chunk in the file, from 1; its nonce.</param>
/// <param name="Ranges">Where the values of an integer column lie.</param>
internal readonly record struct ChunkEntry(int Column, ulong Number, long Offset, int Stored, int Decoded, bool Compressed, IntegerRanges? Ranges, bool HasDigests = false);

/// <param name="LineBytes">Bytes of its lines, terminators left out.</param>
internal sealed record BlockEntry(int Rows, int RawRows, long MinTime, long MaxTime, long LineBytes, ChunkEntry[] Chunks)
{
    public ChunkEntry? Find(int column)
    {
        foreach (ref readonly var chunk in Chunks.AsSpan())
        {
            if (chunk.Column == column) return chunk;
        }
        return null;
    }
}

/// <summary>The directory of a segment. Chunks lie one after another from the end of the header, so offsets and nonces follow from the lengths.</summary>
/// <param name="Dictionary">Text that values are compressed against; the first chunk of the file.</param>
/// <param name="Index">The pages of the index in order.</param>
internal sealed record SegmentDirectory(ulong IndexSeed, BatchSource[] Batches, byte[][] Keys, BlockEntry[] Blocks, ChunkEntry[] Index, ChunkEntry? Dictionary)
{
    private const int MaxBatches = 1 << 24;
    private const int MaxBlocks = 1 << 24;
    private const int MaxKeyBytes = 128;
    private const int MaxIndexChunks = 1 << 12;

    /// <summary>Memory it takes, about.</summary>
    public long Bytes { get; } =
        (long)System.Runtime.CompilerServices.Unsafe.SizeOf<ChunkEntry>() * (Index.Length + Blocks.Sum(block => block.Chunks.Length)) + 128L * (Batches.Length + Blocks.Length + Keys.Length);

    public void Write(ByteWriter to)
    {
        to.Int64(unchecked((long)IndexSeed));
        to.Varint(Batches.Length);
        foreach (var batch in Batches)
        {
            to.Bytes(Encoding.ASCII.GetBytes(batch.Tmid.ToString()));
            to.Bytes(Encoding.ASCII.GetBytes(batch.Batch.ToString()));
            to.Int64(batch.Received.UtcTicks);
        }
        to.Varint(Keys.Length);
        foreach (var key in Keys)
        {
            to.Varint(key.Length);
            to.Bytes(key);
        }
        WriteChunks(to, Dictionary is { } dictionary ? [dictionary] : []);
        to.Varint(Blocks.Length);
        foreach (var block in Blocks) Write(to, block);
        WriteChunks(to, Index);
    }

    /// <exception cref="InvalidDataException">The directory contradicts itself or the place it was found at.</exception>
    public static SegmentDirectory Read(ByteReader from, long directoryOffset)
    {
        var seed = unchecked((ulong)from.Int64());
        var batches = new BatchSource[from.Count(Math.Min(MaxBatches, from.Remaining / (Tmid.Length + BatchId.Length)))];
        for (var i = 0; i < batches.Length; i++) batches[i] = ReadBatch(ref from);
        var keys = new byte[from.Count(SegmentFormat.MaxSegmentKeys)][];
        for (var i = 0; i < keys.Length; i++) keys[i] = from.Bytes(from.Count(MaxKeyBytes)).ToArray();
        var (offset, number) = ((long)SegmentHeader.Length, 1UL);
        var dictionary = ReadChunks(ref from, keys.Length, 1, ref offset, ref number);
        if (dictionary is [var first] && (first.Column != ColumnIds.Dictionary || first.Decoded > SegmentFormat.MaxDictionaryBytes)) throw new InvalidDataException("the dictionary is none.");
        var blocks = new BlockEntry[from.Count(Math.Min(MaxBlocks, from.Remaining))];
        for (var i = 0; i < blocks.Length; i++) blocks[i] = ReadBlock(ref from, keys.Length, ref offset, ref number);
        var index = ReadChunks(ref from, keys.Length, MaxIndexChunks, ref offset, ref number);
        if (offset != directoryOffset) throw new InvalidDataException($"the chunks end at {offset}, not at {directoryOffset}.");
        from.End();
        return new SegmentDirectory(seed, batches, keys, blocks, index, dictionary is [var text] ? text : null);
    }

    private static void Write(ByteWriter to, BlockEntry block)
    {
        to.Varint(block.Rows);
        to.Varint(block.RawRows);
        to.Signed(block.MinTime);
        to.Varint((ulong)(block.MaxTime - block.MinTime));
        to.Varint((ulong)block.LineBytes);
        WriteChunks(to, block.Chunks);
    }

    private static void WriteChunks(ByteWriter to, ChunkEntry[] chunks)
    {
        to.Varint(chunks.Length);
        foreach (var chunk in chunks)
        {
            to.Varint(chunk.Column);
            to.Varint(chunk.Stored);
            to.Varint((ulong)chunk.Decoded << 3 | (chunk.Compressed ? 1UL : 0) | (chunk.Ranges is null ? 0 : 2UL) | (chunk.HasDigests ? 4UL : 0));
            chunk.Ranges?.Write(to);
        }
    }

    private static BatchSource ReadBatch(ref ByteReader from)
    {
        if (!Tmid.TryParse(Encoding.ASCII.GetString(from.Bytes(Tmid.Length)), out var tmid)) throw new InvalidDataException("a terminal id is malformed.");
        if (!BatchId.TryParse(Encoding.ASCII.GetString(from.Bytes(BatchId.Length)), out var batch)) throw new InvalidDataException("a batch id is malformed.");
        var ticks = from.Int64();
        if (ticks < 0 || ticks > DateTimeOffset.MaxValue.Ticks) throw new InvalidDataException($"a receive time of {ticks} is impossible.");
        return new BatchSource(tmid, batch, new DateTimeOffset(ticks, TimeSpan.Zero));
    }

    private static BlockEntry ReadBlock(ref ByteReader from, int keys, ref long offset, ref ulong number)
    {
        var rows = from.Count(SegmentFormat.MaxBlockRows);
        var raw = from.Count(rows);
        var min = from.Signed();
        var max = min + (long)from.Varint();
        var lineBytes = (long)from.Count(SegmentFormat.MaxChunkBytes);
        var chunks = ReadChunks(ref from, keys, ColumnIds.Most, ref offset, ref number);
        if (rows == 0 || min < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || max > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) throw new InvalidDataException("a block is empty or outside of time.");
        return new BlockEntry(rows, raw, min, max, lineBytes, chunks);
    }

    private static ChunkEntry[] ReadChunks(ref ByteReader from, int keys, int most, ref long offset, ref ulong number)
    {
        var chunks = new ChunkEntry[from.Count(most)];
        for (var i = 0; i < chunks.Length; i++)
        {
            var column = from.Count(int.MaxValue);
            if (!ColumnIds.IsKnown(column, keys)) throw new InvalidDataException($"column {column} is unknown.");
            var stored = from.Count(SegmentFormat.MaxChunkBytes + SegmentFormat.TagBytes);
            var form = from.Varint();
            var decoded = (long)(form >> 3);
            if (decoded > SegmentFormat.MaxChunkBytes || stored < SegmentFormat.TagBytes) throw new InvalidDataException($"a chunk of {stored} bytes for {decoded} is impossible.");
            var ranges = (form & 2) != 0 ? IntegerRanges.Read(ref from) : null;
            chunks[i] = new ChunkEntry(column, number++, offset, stored, (int)decoded, (form & 1) != 0, ranges, (form & 4) != 0);
            offset += stored;
        }
        return chunks;
    }
}
