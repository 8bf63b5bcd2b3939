using Akashi.Platform.Crypto;

namespace Akashi.Platform.Merkle;

/// <summary>Proofs over a list of leaf hashes: that a leaf is in the tree, and that a newer tree only added to an older one.</summary>
public static class MerkleProofs
{
    /// <summary>Inclusion proof (RFC 6962 §2.1.1): sibling hashes from the leaf upward.</summary>
    public static IReadOnlyList<Sha256> Inclusion(ReadOnlySpan<Sha256> leaves, int index)
    {
        if ((uint)index >= (uint)leaves.Length) throw new ArgumentOutOfRangeException(nameof(index), index, $"The tree has {leaves.Length} leaves.");
        var path = new List<Sha256>();
        AddInclusion(leaves, index, path);
        return path;
    }

    /// <summary>RFC 9162 §2.1.3.2.</summary>
    public static bool VerifyInclusion(Sha256 leaf, long index, long size, IReadOnlyList<Sha256> proof, Sha256 root)
    {
        if (index < 0 || index >= size) return false;
        var (node, last, hash) = (index, size - 1, leaf.ToArray());
        foreach (var sibling in proof)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = MerkleTree.NodeHash(sibling.Span, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = MerkleTree.NodeHash(hash, sibling.Span);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && new Sha256(hash) == root;
    }

    /// <summary>Consistency proof (RFC 6962 §2.1.2) between the first <paramref name="oldSize"/> leaves and all of them.</summary>
    public static IReadOnlyList<Sha256> Consistency(ReadOnlySpan<Sha256> leaves, int oldSize)
    {
        if (oldSize < 0 || oldSize > leaves.Length) throw new ArgumentOutOfRangeException(nameof(oldSize), oldSize, $"The tree has {leaves.Length} leaves.");
        var proof = new List<Sha256>();
        if (oldSize > 0 && oldSize < leaves.Length) AddConsistency(leaves, oldSize, whole: true, proof);
        return proof;
    }

    /// <summary>RFC 9162 §2.1.4.2.</summary>
    public static bool VerifyConsistency(long oldSize, Sha256 oldRoot, long newSize, Sha256 newRoot, IReadOnlyList<Sha256> proof)
    {
        if (oldSize < 0 || oldSize > newSize) return false;
        if (oldSize == newSize) return proof.Count == 0 && oldRoot == newRoot;
        if (oldSize == 0) return proof.Count == 0 && oldRoot == new MerkleTree().Root();
        var (node, last) = (oldSize - 1, newSize - 1);
        while ((node & 1) == 1) (node, last) = (node >> 1, last >> 1);
        var next = 0;
        byte[] first;
        if (node == 0) first = oldRoot.ToArray();
        else if (proof.Count == 0) return false;
        else first = proof[next++].ToArray();
        var second = first;
        for (; next < proof.Count; next++)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                first = MerkleTree.NodeHash(proof[next].Span, first);
                second = MerkleTree.NodeHash(proof[next].Span, second);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                second = MerkleTree.NodeHash(second, proof[next].Span);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && new Sha256(first) == oldRoot && new Sha256(second) == newRoot;
    }

    public static Sha256 Root(ReadOnlySpan<Sha256> leaves)
    {
        var tree = new MerkleTree();
        foreach (var leaf in leaves) tree.Append(leaf);
        return tree.Root();
    }

    private static void AddInclusion(ReadOnlySpan<Sha256> leaves, int index, List<Sha256> path)
    {
        if (leaves.Length == 1) return;
        var split = Split(leaves.Length);
        if (index < split)
        {
            AddInclusion(leaves[..split], index, path);
            path.Add(Root(leaves[split..]));
        }
        else
        {
            AddInclusion(leaves[split..], index - split, path);
            path.Add(Root(leaves[..split]));
        }
    }

    private static void AddConsistency(ReadOnlySpan<Sha256> leaves, int oldSize, bool whole, List<Sha256> proof)
    {
        if (oldSize == leaves.Length)
        {
            if (!whole) proof.Add(Root(leaves));
            return;
        }
        var split = Split(leaves.Length);
        if (oldSize <= split)
        {
            AddConsistency(leaves[..split], oldSize, whole, proof);
            proof.Add(Root(leaves[split..]));
        }
        else
        {
            AddConsistency(leaves[split..], oldSize - split, whole: false, proof);
            proof.Add(Root(leaves[..split]));
        }
    }

    /// <summary>The largest power of two below the size.</summary>
    private static int Split(int size)
    {
        var split = 1;
        while (split << 1 < size) split <<= 1;
        return split;
    }
}
