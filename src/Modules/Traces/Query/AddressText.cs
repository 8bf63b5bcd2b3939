namespace Akashi.Traces.Query;

/// <summary>
/// Reads an IP address where it stands in a text: IPv4 as four decimal numbers without leading zeros, IPv6 as RFC 4291 §2.2 writes it, perhaps with
/// a zone behind (RFC 4007 §11), which does not count. Nothing else: what old programs take for addresses (<c>10.1</c>, <c>0x0a.1</c>) is none here.
/// </summary>
internal static class AddressText
{
    private const int Groups = 8;
    private static readonly UInt128 Mapped = (UInt128)0xFFFF << 32;

    /// <param name="address">128 bits; an IPv4 address, or one written as IPv6, stands in the last 32.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, out UInt128 address, out bool isV4)
    {
        (address, isV4) = (0, false);
        if (text.IndexOf((byte)':') < 0)
        {
            isV4 = TryFour(text, out var four);
            address = four;
            return isV4;
        }
        var zone = text.IndexOf((byte)'%');
        if (zone == text.Length - 1 || !TrySix(zone < 0 ? text : text[..zone], out address)) return false;
        isV4 = address >> 32 == Mapped >> 32;
        if (isV4) address &= uint.MaxValue;
        return true;
    }

    private static bool TryFour(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        for (var part = 0; part < 4; part++)
        {
            var end = part < 3 ? text.IndexOf((byte)'.') : text.Length;
            if (end is < 1 or > 3 || end > 1 && text[0] == '0') return false;
            var number = 0;
            foreach (var c in text[..end])
            {
                if (c is < (byte)'0' or > (byte)'9') return false;
                number = number * 10 + c - '0';
            }
            if (number > 255) return false;
            address = address << 8 | (uint)number;
            text = text[Math.Min(text.Length, end + 1)..];
        }
        return true;
    }

    private static bool TrySix(ReadOnlySpan<byte> text, out UInt128 address)
    {
        address = 0;
        var (count, gap) = (0, -1); // groups read; how many of them stand before the ::
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            text = text[2..];
        }
        while (!text.IsEmpty)
        {
            var colon = text.IndexOf((byte)':');
            var part = colon < 0 ? text : text[..colon];
            if (colon < 0 && part.IndexOf((byte)'.') >= 0)
            {
                if (!TryFour(part, out var four)) return false;
                (address, count) = (address << 32 | four, count + 2);
                break;
            }
            if (!TryGroup(part, out var group) || ++count > Groups) return false;
            address = address << 16 | group;
            if (colon < 0) break;
            text = text[(colon + 1)..];
            if (text.IsEmpty) return false; // one colon at the end
            if (text[0] != ':') continue;
            if (gap >= 0) return false;
            gap = count;
            text = text[1..];
        }
        if (gap < 0) return count == Groups;
        if (count >= Groups) return false;
        var behind = 16 * (count - gap);
        var low = behind == 0 ? 0 : address & (UInt128.MaxValue >> (128 - behind));
        var high = gap == 0 ? 0 : address >> behind << (128 - 16 * gap);
        address = high | low;
        return true;
    }

    private static bool TryGroup(ReadOnlySpan<byte> text, out uint group)
    {
        group = 0;
        if (text.Length is 0 or > 4) return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigit((char)c)) return false;
            group = group << 4 | (uint)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        }
        return true;
    }
}
