using System.Security.Cryptography;
using System.Text;
using Akashi.Platform.Crypto;
using Akashi.Platform.Merkle;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Xunit;

namespace Akashi.Platform.Tests.Merkle;

public class MerkleTests
{
    /// <summary>The leaves of the test vectors that Certificate Transparency implementations share.</summary>
    private static readonly string[] VectorLeaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Root_OfSharedVectors_IsTheirs(int size, string expected)
    {
        var leaves = VectorLeaves.Take(size).Select(hex => MerkleTree.LeafHash(Convert.FromHexString(hex))).ToArray();
        Assert.Equal(expected, MerkleProofs.Root(leaves).ToString());
    }

    [Fact]
    public void Inclusion_OfEveryLeafInEverySize_VerifiesAndOnlyThere()
    {
        for (var size = 1; size <= 40; size++)
        {
            var leaves = Leaves(size);
            var root = MerkleProofs.Root(leaves);
            for (var index = 0; index < size; index++)
            {
                var proof = MerkleProofs.Inclusion(leaves, index);
                Assert.True(MerkleProofs.VerifyInclusion(leaves[index], index, size, proof, root));
                Assert.False(MerkleProofs.VerifyInclusion(leaves[index], (index + 1) % (size + 1), size, proof, root) && size > 1);
                Assert.False(MerkleProofs.VerifyInclusion(Sha256.Of("other"u8), index, size, proof, root));
                if (proof.Count > 0) Assert.False(MerkleProofs.VerifyInclusion(leaves[index], index, size, [.. proof.Skip(1)], root));
            }
        }
    }

    [Fact]
    public void Consistency_BetweenAllSizes_VerifiesAndNotAcrossRewrittenHistory()
    {
        for (var size = 1; size <= 33; size++)
        {
            var leaves = Leaves(size);
            var root = MerkleProofs.Root(leaves);
            for (var old = 0; old <= size; old++)
            {
                var oldRoot = MerkleProofs.Root(leaves.AsSpan(0, old));
                var proof = MerkleProofs.Consistency(leaves, old);
                Assert.True(MerkleProofs.VerifyConsistency(old, oldRoot, size, root, proof), $"{old} → {size}");
                if (old > 0) Assert.False(MerkleProofs.VerifyConsistency(old, Sha256.Of("rewritten"u8), size, root, proof));
            }
        }
    }

    [Fact]
    public void Append_AfterReloadFromPeaks_GivesTheSameRoot()
    {
        var leaves = Leaves(100);
        var tree = new MerkleTree();
        for (var i = 0; i < leaves.Length; i++)
        {
            tree = new MerkleTree(tree.Size, tree.Peaks);
            tree.Append(leaves[i]);
            Assert.Equal(MerkleProofs.Root(leaves.AsSpan(0, i + 1)), tree.Root());
        }
    }

    [Fact]
    public void Constructor_PeaksThatDoNotFit_Throws() =>
        Assert.Throws<ArgumentException>(() => new MerkleTree(3, [new byte[32]]));

    [Fact]
    public void Verify_SignedHead_FailsForAnotherTenantLogOrSize()
    {
        using var folder = new TestFolder();
        var signer = new HeadSigner(KeyStore.Open(Path.Combine(folder.Path, "keys")));
        var (tenant, other) = (TenantId.New(TimeProvider.System), TenantId.New(TimeProvider.System));
        var tree = new MerkleTree();
        tree.Append(MerkleTree.LeafHash("leaf"u8));
        var head = signer.Sign(tenant, "traces", tree, TimeProvider.System.GetUtcNow());
        Assert.True(signer.Verify(tenant, "traces", head));
        Assert.False(signer.Verify(other, "traces", head));
        Assert.False(signer.Verify(tenant, "audit", head));
        Assert.False(signer.Verify(tenant, "traces", head with { Size = 2 }));
        using var outside = ECDsa.Create();
        outside.ImportFromPem(signer.PublicKeyPem);
        Assert.Equal(256, outside.KeySize);
    }

    private static Sha256[] Leaves(int count) => [.. Enumerable.Range(0, count).Select(i => MerkleTree.LeafHash(Encoding.ASCII.GetBytes($"leaf {i}")))];
}
