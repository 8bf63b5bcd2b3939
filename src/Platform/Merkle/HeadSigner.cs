using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Akashi.Platform.Crypto;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Merkle;

/// <summary>A tree head: how many leaves, what they hash to, when it was signed (microseconds matter: they are part of the signature).</summary>
public sealed record TreeHead(long Size, Sha256 Root, DateTimeOffset SignedAt, byte[] Signature);

/// <summary>Signs tree heads with the service's ECDSA P-256 key from the key store.</summary>
public sealed class HeadSigner
{
    private const string SecretName = "tree-head.key";
    private static readonly byte[] Domain = Encoding.ASCII.GetBytes("akashi tree head v1\0");

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _gate = new();

    public HeadSigner(KeyStore keys)
    {
        if (keys.ReadServiceSecret(SecretName) is { } stored) _key.ImportPkcs8PrivateKey(stored, out _);
        else keys.WriteServiceSecret(SecretName, _key.ExportPkcs8PrivateKey());
    }

    /// <summary>SubjectPublicKeyInfo in PEM, for those who verify without us.</summary>
    public string PublicKeyPem => _key.ExportSubjectPublicKeyInfoPem();

    /// <param name="log">Name of the log, for example <c>traces</c>.</param>
    public TreeHead Sign(TenantId tenant, string log, MerkleTree tree, DateTimeOffset now)
    {
        // PostgreSQL keeps microseconds; the signature must cover what will be read back.
        var signedAt = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        var root = tree.Root();
        lock (_gate) return new TreeHead(tree.Size, root, signedAt, _key.SignData(Message(tenant, log, tree.Size, root, signedAt), HashAlgorithmName.SHA256));
    }

    public bool Verify(TenantId tenant, string log, TreeHead head)
    {
        lock (_gate) return _key.VerifyData(Message(tenant, log, head.Size, head.Root, head.SignedAt), head.Signature, HashAlgorithmName.SHA256);
    }

    /// <summary>With the public key alone, for those who have not the service's key store.</summary>
    /// <exception cref="ArgumentException">The text holds no public key.</exception>
    public static bool Verify(string publicKeyPem, TenantId tenant, string log, TreeHead head)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(publicKeyPem);
        return key.VerifyData(Message(tenant, log, head.Size, head.Root, head.SignedAt), head.Signature, HashAlgorithmName.SHA256);
    }

    private static byte[] Message(TenantId tenant, string log, long size, Sha256 root, DateTimeOffset signedAt)
    {
        var name = Encoding.ASCII.GetBytes(log);
        var message = new byte[Domain.Length + 16 + 4 + name.Length + 8 + Sha256.Size + 8];
        var rest = message.AsSpan();
        Domain.CopyTo(rest);
        rest = rest[Domain.Length..];
        tenant.Value.TryWriteBytes(rest, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(rest[16..], name.Length);
        name.CopyTo(rest[20..]);
        rest = rest[(20 + name.Length)..];
        BinaryPrimitives.WriteInt64BigEndian(rest, size);
        root.Span.CopyTo(rest[8..]);
        BinaryPrimitives.WriteInt64BigEndian(rest[(8 + Sha256.Size)..], signedAt.UtcTicks);
        return message;
    }
}
