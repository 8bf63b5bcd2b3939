using System.Numerics;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Filters;

/// <summary>
/// The terms of a segment whose hashes begin alike, and in which blocks each of them is. Of a hash the next bits choose a bucket and eight more are kept:
/// an absent term is taken for a present one once in some 250 times.
/// </summary>
internal sealed class IndexPage
{
    /// <summary>A term in more blocks than this is said to be in all.</summary>
    public const int MostBlocks = 16;
    private const int KeptBits = 8;

    /// <summary>How many terms lie between two whose place in the stream is told.</summary>
    private const int Stride = 32;
    private readonly byte[] _bytes;
    private readonly int _terms;
    private readonly int _bucketBits;
    private readonly int _blockWidth;
    private readonly int _placeWidth;
    private readonly int _starts;
    private readonly int _kept;
    private readonly int _places;
    private readonly int _blocks;

    /// <exception cref="InvalidDataException">The bytes are too few or too many.</exception>
    public IndexPage(byte[] bytes)
    {
        _bytes = bytes;
        var reader = new ByteReader(bytes);
        _terms = reader.Count(int.MaxValue / 4);
        _bucketBits = reader.Count(30);
        _blockWidth = reader.Count(24);
        var bits = reader.Count(int.MaxValue / 4);
        _placeWidth = BitPack.Width(bits);
        _starts = reader.Position;
        _ = reader.Bytes(BitPack.Bytes(_terms + (1 << _bucketBits), 1));
        _kept = reader.Position;
        _ = reader.Bytes(_terms);
        _places = reader.Position;
        _ = reader.Bytes(BitPack.Bytes((_terms + Stride - 1) / Stride, _placeWidth));
        _blocks = reader.Position;
        _ = reader.Bytes(BitPack.Bytes(bits, 1));
        reader.End();
        if (BitPack.Rank(_bytes.AsSpan(_starts), _terms + (1 << _bucketBits)) != _terms) throw new InvalidDataException("its buckets are miscounted.");
    }

    public int Bytes => _bytes.Length;

    /// <summary>The page that a term is on: its first bits.</summary>
    public static int Of(ulong term, int pageBits) => pageBits == 0 ? 0 : (int)(term >> (64 - pageBits));

    /// <param name="hashes">Ascending, without the bits that chose the page (moved up).</param>
    /// <param name="ends">For each where its blocks end among <paramref name="blocks"/>; none stands for all.</param>
    /// <param name="blocks">Ascending for each.</param>
    /// <param name="most">Blocks of the segment.</param>
    public static void Write(ByteWriter to, ReadOnlySpan<ulong> hashes, ReadOnlySpan<int> ends, ReadOnlySpan<int> blocks, int most, BitWriter stream)
    {
        var bucketBits = BitPack.Width(Math.Max(1, hashes.Length / 2));
        var blockWidth = BitPack.Width(most - 1);
        var places = new int[(hashes.Length + Stride - 1) / Stride];
        stream.Clear();
        for (var (i, start) = (0, 0); i < hashes.Length; start = ends[i++])
        {
            if (i % Stride == 0) places[i / Stride] = stream.Bits;
            WriteBlocks(stream, blocks[start..ends[i]], blockWidth);
        }
        to.Varint(hashes.Length);
        to.Varint(bucketBits);
        to.Varint(blockWidth);
        to.Varint(stream.Bits);
        var starts = to.Reserve(BitPack.Bytes(hashes.Length + (1 << bucketBits), 1));
        starts.Clear();
        // A set bit for each term, a clear one at the end of each bucket.
        for (var i = 0; i < hashes.Length; i++) BitPack.Set(starts, i + (int)(hashes[i] >> (64 - bucketBits)));
        var kept = to.Reserve(hashes.Length);
        for (var i = 0; i < kept.Length; i++) kept[i] = Kept(hashes[i], bucketBits);
        BitPack.Write(to, places, BitPack.Width(stream.Bits));
        to.Bytes(stream.Written);
    }

    /// <summary>Adds the blocks in which a term may be; nothing when it is absent.</summary>
    /// <param name="hash">Without the bits that chose the page (moved up).</param>
    /// <exception cref="InvalidDataException">A block is unknown.</exception>
    public void Find(ulong hash, RowSet blocks)
    {
        if (_terms == 0) return;
        var bucket = (int)(hash >> (64 - _bucketBits));
        var starts = _bytes.AsSpan(_starts, _kept - _starts);
        var at = Select0(starts, bucket);
        var kept = Kept(hash, _bucketBits);
        for (var term = at - bucket; term < _terms && BitPack.IsSet(starts, at); term++, at++)
        {
            if (_bytes[_kept + term] == kept) AddBlocks(term, blocks);
        }
    }

    /// <summary>In how many blocks, then the first of them and the steps from each to the next.</summary>
    private static void WriteBlocks(BitWriter to, ReadOnlySpan<int> blocks, int blockWidth)
    {
        to.Gamma(blocks.Length == 0 ? MostBlocks + 1 : blocks.Length);
        for (var i = 0; i < blocks.Length; i++)
        {
            if (i == 0) to.Write((uint)blocks[0], blockWidth);
            else to.Gamma(blocks[i] - blocks[i - 1]);
        }
    }

    private void AddBlocks(int term, RowSet blocks)
    {
        var reader = new BitReader(_bytes.AsSpan(_blocks), BitPack.Read(_bytes.AsSpan(_places, _blocks - _places), term / Stride, _placeWidth));
        for (var before = term % Stride; ; before--)
        {
            var count = reader.Gamma();
            var block = count > MostBlocks ? 0 : reader.Read(_blockWidth);
            if (before == 0 && count > MostBlocks) blocks.Fill();
            for (var i = 0; i < count && count <= MostBlocks; i++)
            {
                if (i > 0) block += reader.Gamma();
                if (before > 0) continue;
                if (block >= blocks.Size) throw new InvalidDataException($"block {block} is unknown.");
                blocks.Add(block);
            }
            if (before == 0) return;
        }
    }

    private static byte Kept(ulong hash, int bucketBits) => (byte)(hash << bucketBits >> (64 - KeptBits));

    /// <summary>The bit after the <paramref name="count"/>th clear one.</summary>
    private static int Select0(ReadOnlySpan<byte> bits, int count)
    {
        var at = 0;
        while (bits.Length - at >= 8)
        {
            var clear = 64 - BitOperations.PopCount(BitConverter.ToUInt64(bits[at..]));
            if (clear >= count) break;
            (count, at) = (count - clear, at + 8);
        }
        for (at *= 8; count > 0; at++)
        {
            if (!BitPack.IsSet(bits, at)) count--;
        }
        return at;
    }
}
