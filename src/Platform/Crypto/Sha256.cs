using System.Security.Cryptography;

namespace Akashi.Platform.Crypto;

/// <summary>A SHA-256 digest: exactly 32 bytes, written as 64 lower-case hex digits.</summary>
public readonly struct Sha256 : IEquatable<Sha256>
{
    public const int Size = 32;

    private readonly byte[]? _bytes;

    public Sha256(ReadOnlySpan<byte> digest)
    {
        if (digest.Length != Size) throw new ArgumentException($"A SHA-256 digest has {Size} bytes, not {digest.Length}.", nameof(digest));
        _bytes = digest.ToArray();
    }

    public ReadOnlySpan<byte> Span => _bytes ?? throw new InvalidOperationException("An unset digest was used.");

    public static Sha256 Of(ReadOnlySpan<byte> data) => new(SHA256.HashData(data));

    public byte[] ToArray() => Span.ToArray();

    public bool Equals(Sha256 other) => CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    public override bool Equals(object? obj) => obj is Sha256 other && Equals(other);

    public override int GetHashCode() => BitConverter.ToInt32(Span);

    public static bool operator ==(Sha256 left, Sha256 right) => left.Equals(right);

    public static bool operator !=(Sha256 left, Sha256 right) => !left.Equals(right);

    public override string ToString() => Convert.ToHexStringLower(Span);
}
