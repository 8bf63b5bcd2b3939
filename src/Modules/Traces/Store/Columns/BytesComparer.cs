using System.Security.Cryptography;
using Akashi.Traces.Store.Filters;

namespace Akashi.Traces.Store.Columns;

/// <summary>Compares bytes by content, also those of a span, in dictionaries.</summary>
internal sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly BytesComparer Instance = new();
    private static readonly ulong Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)); // keeps chosen keys from colliding

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(byte[] obj) => GetHashCode((ReadOnlySpan<byte>)obj);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => unchecked((int)FastHash.Of(alternate, Seed));

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
