using Akashi.Platform.Crypto;

namespace Akashi.Platform.Merkle;

/// <summary>
/// All nodes of a tree, level by level, so that each inclusion proof costs no more than its length. A node without a neighbour rises
/// unchanged, which gives the very tree of RFC 6962 §2.1.
/// </summary>
public sealed class MerkleLevels
{
    private readonly List<Sha256[]> _levels = [];

    /// <param name="leaves">At least one; hashes of leaves, or roots of equally large perfect subtrees of which the last may be smaller.</param>
    public MerkleLevels(Sha256[] leaves)
    {
        if (leaves is not { Length: > 0 }) throw new ArgumentException("A tree without leaves has no proofs.", nameof(leaves));
        _levels.Add(leaves);
        for (var level = leaves; level.Length > 1; _levels.Add(level))
        {
            var above = new Sha256[(level.Length + 1) / 2];
            for (var i = 0; i < above.Length; i++)
                above[i] = (2 * i) + 1 < level.Length ? new Sha256(MerkleTree.NodeHash(level[2 * i].Span, level[(2 * i) + 1].Span)) : level[2 * i];
            level = above;
        }
    }

    public Sha256 Root => _levels[^1][0];

    /// <summary>Inclusion proof: sibling hashes from the leaf upward.</summary>
    public IEnumerable<Sha256> PathOf(int index)
    {
        foreach (var level in _levels)
        {
            var sibling = index ^ 1;
            if (sibling < level.Length) yield return level[sibling];
            index >>= 1;
        }
    }
}
