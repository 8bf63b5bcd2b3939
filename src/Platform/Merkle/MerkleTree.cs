using System.Numerics;
using System.Security.Cryptography;
using Akashi.Platform.Crypto;

namespace Akashi.Platform.Merkle;

/// <summary>
/// The Merkle tree of RFC 6962 §2.1 over SHA-256. Only the roots of its perfect subtrees, largest first, are held: that is all an
/// append needs, at most 63 hashes.
/// </summary>
public sealed class MerkleTree
{
    private readonly List<byte[]> _peaks;

    public MerkleTree() => _peaks = [];

    /// <param name="size">Number of leaves.</param>
    /// <param name="peaks">Roots of the perfect subtrees, largest first; one for each bit set in the size.</param>
    public MerkleTree(long size, IEnumerable<byte[]> peaks)
    {
        _peaks = [.. peaks];
        if (size < 0 || BitOperations.PopCount((ulong)size) != _peaks.Count || _peaks.Any(peak => peak.Length != Sha256.Size))
            throw new ArgumentException($"{_peaks.Count} subtree roots do not fit a tree of {size} leaves.", nameof(peaks));
        Size = size;
    }

    public long Size { get; private set; }

    public IReadOnlyList<byte[]> Peaks => _peaks;

    public static Sha256 LeafHash(ReadOnlySpan<byte> leaf)
    {
        Span<byte> input = leaf.Length < 1024 ? stackalloc byte[leaf.Length + 1] : new byte[leaf.Length + 1];
        input[0] = 0; // RFC 6962 §2.1: leaves and nodes hash apart, so a node cannot pose as a leaf
        leaf.CopyTo(input[1..]);
        return Sha256.Of(input);
    }

    internal static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * Sha256.Size)];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Sha256.Size)..]);
        return SHA256.HashData(input);
    }

    public void Append(Sha256 leafHash)
    {
        var node = leafHash.ToArray();
        for (var size = Size; (size & 1) == 1; size >>= 1)
        {
            node = NodeHash(_peaks[^1], node);
            _peaks.RemoveAt(_peaks.Count - 1);
        }
        _peaks.Add(node);
        Size++;
    }

    /// <summary>The tree head's hash; for an empty tree the hash of nothing.</summary>
    public Sha256 Root()
    {
        if (_peaks.Count == 0) return Sha256.Of([]);
        var root = _peaks[^1];
        for (var i = _peaks.Count - 2; i >= 0; i--) root = NodeHash(_peaks[i], root);
        return new Sha256(root);
    }
}
