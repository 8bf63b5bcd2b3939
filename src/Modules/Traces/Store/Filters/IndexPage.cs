using System.Numerics;
using System.Runtime.InteropServices;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Filters;

/// <summary>
/// The terms of a segment whose hashes begin alike, and where each of them is. Of a hash the next bits choose a bucket and eight more are kept: an absent
/// term is taken for a present one once in some 250 times. Beside it stands the block, or the number of a list of blocks.
/// </summary>
internal sealed class IndexPage
{
    private const int KeptBits = 8;
    private readonly byte[] _bytes;
    private readonly int _terms;
    private readonly int _bucketBits;
    private readonly int _blockWidth;
    private readonly int _listWidth;
    private readonly int _kept;
    private readonly int _isList;
    private readonly int _blocks;
    private readonly int _lists;
    private readonly int _starts;

    /// <exception cref="InvalidDataException">The bytes are too few or too many.</exception>
    public IndexPage(byte[] bytes)
    {
        _bytes = bytes;
        var reader = new ByteReader(bytes);
        _terms = reader.Count(int.MaxValue / 4);
        _bucketBits = reader.Count(30);
        _blockWidth = reader.Count(32);
        _listWidth = reader.Count(32);
        var listed = reader.Count(_terms);
        _starts = reader.Position;
        _ = reader.Bytes(BitPack.Bytes(_terms + (1 << _bucketBits), 1));
        _kept = reader.Position;
        _ = reader.Bytes(_terms);
        _isList = reader.Position;
        _ = reader.Bytes(BitPack.Bytes(_terms, 1));
        _blocks = reader.Position;
        _ = reader.Bytes(BitPack.Bytes(_terms - listed, _blockWidth));
        _lists = reader.Position;
        _ = reader.Bytes(BitPack.Bytes(listed, _listWidth));
        reader.End();
        if (BitPack.Rank(_bytes.AsSpan(_isList), _terms) != listed) throw new InvalidDataException("its lists are miscounted.");
        if (BitPack.Rank(_bytes.AsSpan(_starts), _terms + (1 << _bucketBits)) != _terms) throw new InvalidDataException("its buckets are miscounted.");
    }

    public int Bytes => _bytes.Length;

    /// <param name="hashes">Ascending, without the bits that chose the page (moved up).</param>
    /// <param name="places">For each the block, or −1 − the number of a list.</param>
    public static void Write(ByteWriter to, ReadOnlySpan<ulong> hashes, ReadOnlySpan<int> places, int blocks, int lists)
    {
        var bucketBits = BitPack.Width(Math.Max(1, hashes.Length / 2));
        var (blockWidth, listWidth) = (BitPack.Width(blocks - 1), BitPack.Width(Math.Max(1, lists - 1)));
        var (single, listed) = (new List<int>(hashes.Length), new List<int>());
        foreach (var place in places) (place >= 0 ? single : listed).Add(place >= 0 ? place : -1 - place);
        to.Varint(hashes.Length);
        to.Varint(bucketBits);
        to.Varint(blockWidth);
        to.Varint(listWidth);
        to.Varint(listed.Count);
        var starts = to.Reserve(BitPack.Bytes(hashes.Length + (1 << bucketBits), 1));
        starts.Clear();
        // A set bit for each term, a clear one at the end of each bucket.
        for (var i = 0; i < hashes.Length; i++) BitPack.Set(starts, i + (int)(hashes[i] >> (64 - bucketBits)));
        var kept = to.Reserve(hashes.Length);
        for (var i = 0; i < kept.Length; i++) kept[i] = Kept(hashes[i], bucketBits);
        var isList = to.Reserve(BitPack.Bytes(places.Length, 1));
        isList.Clear();
        for (var i = 0; i < places.Length; i++) if (places[i] < 0) BitPack.Set(isList, i);
        BitPack.Write(to, CollectionsMarshal.AsSpan(single), blockWidth);
        BitPack.Write(to, CollectionsMarshal.AsSpan(listed), listWidth);
    }

    /// <summary>Adds where a term may be; nothing when it is absent.</summary>
    /// <param name="hash">Without the bits that chose the page (moved up).</param>
    public void Find(ulong hash, List<int> places)
    {
        if (_terms == 0) return;
        var bucket = (int)(hash >> (64 - _bucketBits));
        var starts = _bytes.AsSpan(_starts, _kept - _starts);
        var at = Select0(starts, bucket);
        var kept = Kept(hash, _bucketBits);
        for (var term = at - bucket; term < _terms && BitPack.IsSet(starts, at); term++, at++)
        {
            if (_bytes[_kept + term] != kept) continue;
            var listed = BitPack.Rank(_bytes.AsSpan(_isList, _blocks - _isList), term);
            places.Add(BitPack.IsSet(_bytes.AsSpan(_isList), term)
                ? -1 - BitPack.Read(_bytes.AsSpan(_lists), listed, _listWidth)
                : BitPack.Read(_bytes.AsSpan(_blocks, _lists - _blocks), term - listed, _blockWidth));
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
