using System.Text;

namespace Akashi.Traces.Query;

/// <summary>
/// A plain decimal number where it stands in a text: <c>-?[0-9]+(\.[0-9]+)?</c>, of any length. Compared digit by digit, so nothing is rounded
/// and nothing overflows.
/// </summary>
internal readonly ref struct DecimalText
{
    private readonly bool _negative;
    private readonly ReadOnlySpan<byte> _whole;
    private readonly ReadOnlySpan<byte> _fraction;

    private DecimalText(bool negative, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction)
    {
        _whole = whole.TrimStart((byte)'0');
        _fraction = fraction.TrimEnd((byte)'0');
        _negative = negative && (_whole.Length > 0 || _fraction.Length > 0);
    }

    public static bool TryRead(ReadOnlySpan<byte> text, out DecimalText number)
    {
        number = default;
        var negative = text.Length > 0 && text[0] == '-';
        var whole = negative ? text[1..] : text;
        var fraction = default(ReadOnlySpan<byte>);
        var point = whole.IndexOf((byte)'.');
        if (point >= 0)
        {
            fraction = whole[(point + 1)..];
            whole = whole[..point];
            if (!IsDigits(fraction)) return false;
        }
        if (!IsDigits(whole)) return false;
        number = new DecimalText(negative, whole, fraction);
        return true;
    }

    public static int Compare(in DecimalText one, in DecimalText other)
    {
        if (one._negative != other._negative) return one._negative ? -1 : 1;
        var order = one._whole.Length.CompareTo(other._whole.Length);
        if (order == 0) order = one._whole.SequenceCompareTo(other._whole);
        if (order == 0) order = one._fraction.SequenceCompareTo(other._fraction);
        return one._negative ? -order : order;
    }

    /// <summary>The greatest integer not above the number; beyond 30 digits, one with as many that is far outside of 64 bits.</summary>
    public Int128 Floor()
    {
        var whole = _whole.Length switch
        {
            0 => 0,
            > 30 => Int128.MaxValue / 2,
            _ => Int128.Parse(Encoding.ASCII.GetString(_whole), null),
        };
        return _negative ? -whole - (IsInteger ? 0 : 1) : whole;
    }

    public bool IsInteger => _fraction.IsEmpty;

    public override string ToString() =>
        (_negative ? "-" : "") + (_whole.IsEmpty ? "0" : Encoding.ASCII.GetString(_whole)) + (_fraction.IsEmpty ? "" : "." + Encoding.ASCII.GetString(_fraction));

    private static bool IsDigits(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');
}
