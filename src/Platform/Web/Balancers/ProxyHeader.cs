using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Akashi.Platform.Web.Balancers;

internal enum ProxyHeaderState
{
    /// <summary>What came so far may become a header; more is needed.</summary>
    Incomplete,
    Complete,
    /// <summary>No header can begin like this.</summary>
    Refused,
}

/// <param name="Length">Bytes of the whole header; the client's own bytes follow it.</param>
/// <param name="Source">Who connected to the balancer; null when the balancer speaks for itself or does not know.</param>
internal readonly record struct ProxyHeader(ProxyHeaderState State, int Length, IPEndPoint? Source)
{
    /// <summary>A header with its additions; far above what balancers send, far below what would cost memory.</summary>
    public const int MaximumBytes = 4096;

    private const int TextMaximum = 107; // "The PROXY protocol", §2.1
    private const int BinaryStart = 16;
    private const int AddressPairIpv4 = 12;
    private const int AddressPairIpv6 = 36;

    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789abcdefABCDEF.:");
    private static readonly ProxyHeader Incomplete = new(ProxyHeaderState.Incomplete, 0, null), Refused = new(ProxyHeaderState.Refused, 0, null);

    private static ReadOnlySpan<byte> BinarySignature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ReadOnlySpan<byte> TextSignature => "PROXY "u8;

    /// <summary>Reads version 1 or 2 of HAProxy's PROXY protocol from the first bytes of a connection.</summary>
    public static ProxyHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (BeginsLike(bytes, BinarySignature)) return bytes.Length < BinaryStart ? Incomplete : ReadBinary(bytes);
        if (BeginsLike(bytes, TextSignature)) return bytes.Length < TextSignature.Length ? Incomplete : ReadText(bytes);
        return Refused;
    }

    /// <summary>The same for bytes that arrived in pieces.</summary>
    public static ProxyHeader Read(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment) return Read(bytes.FirstSpan);
        var first = bytes.Slice(0, Math.Min(bytes.Length, MaximumBytes));
        return Read(first.ToArray());
    }

    private static bool BeginsLike(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        var common = Math.Min(bytes.Length, signature.Length);
        return bytes[..common].SequenceEqual(signature[..common]);
    }

    /// <summary>§2.2: version and command, family and protocol, length, addresses, additions.</summary>
    private static ProxyHeader ReadBinary(ReadOnlySpan<byte> bytes)
    {
        var (version, command, family) = (bytes[12] >> 4, bytes[12] & 0xF, bytes[13]);
        var length = BinaryStart + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (version != 2 || command > 1 || length > MaximumBytes) return Refused;
        if (bytes.Length < length) return Incomplete;
        var rest = bytes[BinaryStart..length];
        // LOCAL: the balancer's own health check; whatever addresses follow do not count.
        if (command == 0) return new ProxyHeader(ProxyHeaderState.Complete, length, null);
        return family switch
        {
            0x11 when rest.Length >= AddressPairIpv4 => Complete(length, rest[..4], rest[8..]),
            0x21 when rest.Length >= AddressPairIpv6 => Complete(length, rest[..16], rest[32..]),
            0x00 => new ProxyHeader(ProxyHeaderState.Complete, length, null),
            _ => Refused, // datagrams and Unix sockets do not come over TCP
        };
    }

    private static ProxyHeader Complete(int length, ReadOnlySpan<byte> address, ReadOnlySpan<byte> port) =>
        new(ProxyHeaderState.Complete, length, new IPEndPoint(new IPAddress(address), BinaryPrimitives.ReadUInt16BigEndian(port)));

    /// <summary>§2.1: one line such as <c>PROXY TCP4 192.0.2.1 192.0.2.2 56324 443</c>.</summary>
    private static ProxyHeader ReadText(ReadOnlySpan<byte> bytes)
    {
        var end = bytes[..Math.Min(bytes.Length, TextMaximum)].IndexOf("\r\n"u8);
        if (end < 0) return bytes.Length < TextMaximum ? Incomplete : Refused;
        var line = bytes[..end];
        if (line.ContainsAnyExceptInRange((byte)' ', (byte)'~')) return Refused;
        var words = Encoding.ASCII.GetString(line).Split(' ');
        if (words[1] == "UNKNOWN") return new ProxyHeader(ProxyHeaderState.Complete, end + 2, null);
        var family = words[1] switch { "TCP4" => AddressFamily.InterNetwork, "TCP6" => AddressFamily.InterNetworkV6, _ => AddressFamily.Unspecified };
        return words.Length == 6 && ReadAddress(words[2], family) is { } source && ReadAddress(words[3], family) is not null
            && ReadPort(words[4]) is { } port && ReadPort(words[5]) is not null
            ? new ProxyHeader(ProxyHeaderState.Complete, end + 2, new IPEndPoint(source, port))
            : Refused;
    }

    private static IPAddress? ReadAddress(string text, AddressFamily family)
    {
        // Zones and brackets, which .NET would take, are no part of the protocol; short forms of IPv4 such as 127.1 neither.
        if (text.AsSpan().ContainsAnyExcept(AddressCharacters) || !IPAddress.TryParse(text, out var address) || address.AddressFamily != family) return null;
        return family == AddressFamily.InterNetworkV6 || address.ToString() == text ? address : null;
    }

    private static int? ReadPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort ? port : null;
}
