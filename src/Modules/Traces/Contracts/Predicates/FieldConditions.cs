using System.Net;
using System.Net.Sockets;

namespace Akashi.Traces.Contracts.Predicates;

/// <summary>A condition on the values of one field; none holds where the field is absent.</summary>
/// <param name="Field">1 to 128 bytes of UTF-8.</param>
public abstract record FieldCondition(string Field) : Predicate;

/// <summary>The whole value equals <paramref name="Value"/>. Written <c>field:value</c>.</summary>
public sealed record FieldEquals(string Field, string Value) : FieldCondition(Field);

/// <summary>The whole value equals <paramref name="Value"/> in case and width too (compared in NFC, not folded). Written <c>field:="Value"</c>.</summary>
public sealed record FieldExact(string Field, string Value) : FieldCondition(Field);

/// <summary>The whole value fits the pattern; <c>field:*</c> is every value, also the empty one. Written <c>field:*\powershell.exe</c>.</summary>
public sealed record FieldLike(string Field, WildcardPattern Pattern) : FieldCondition(Field);

/// <summary>The value has a match of the regular expression in it. Written <c>field:/http.+\.exe/i</c>.</summary>
public sealed record FieldMatches(string Field, RegexPattern Pattern) : FieldCondition(Field);

/// <summary>The value is a plain number and compares so. Written <c>field:&gt;1024</c>.</summary>
public sealed record FieldCompares(string Field, Comparison Comparison, PlainNumber Number) : FieldCondition(Field);

/// <summary>The value is a plain number from <paramref name="First"/> to <paramref name="Last"/>, both included. Written <c>field:[1..10]</c>.</summary>
public sealed record FieldBetween(string Field, PlainNumber First, PlainNumber Last) : FieldCondition(Field);

public enum Comparison
{
    Less,
    AtMost,
    AtLeast,
    Greater,
}

/// <summary>
/// The value is an address of the network, or a comma list that holds one. IPv4 addresses written as IPv6 (<c>::ffff:10.0.0.1</c>) count as IPv4.
/// Written <c>field:10.0.0.0/8</c>.
/// </summary>
public sealed record FieldInNetwork(string Field, IPNetwork Network) : FieldCondition(Field)
{
    private const int MappedBits = 96;

    public IPNetwork Network { get; } = Canonical(Network);

    private static IPNetwork Canonical(IPNetwork network)
    {
        var (address, length) = (network.BaseAddress, network.PrefixLength);
        if (address.IsIPv4MappedToIPv6 && length >= MappedBits) return new IPNetwork(address.MapToIPv4(), length - MappedBits);
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPNetwork(new IPAddress(address.GetAddressBytes()), length) : network; // without a zone
    }
}

/// <summary>The whole value equals one of many. Written <c>field:(one OR another)</c>.</summary>
/// <param name="Values">2 to <see cref="MaxValues"/>.</param>
public sealed record FieldIn(string Field, IReadOnlyList<string> Values) : FieldCondition(Field)
{
    public const int MaxValues = 10_000;

    public IReadOnlyList<string> Values { get; } = Values.Count is >= 2 and <= MaxValues
        ? [.. Values]
        : throw new ArgumentException($"A set has 2 to {MaxValues} values, not {Values.Count}.", nameof(Values));

    public bool Equals(FieldIn? other) => other is not null && string.Equals(Field, other.Field, StringComparison.Ordinal) && Values.SequenceEqual(other.Values, StringComparer.Ordinal);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Field, StringComparer.Ordinal);
        foreach (var value in Values) hash.Add(value, StringComparer.Ordinal);
        return hash.ToHashCode();
    }
}
