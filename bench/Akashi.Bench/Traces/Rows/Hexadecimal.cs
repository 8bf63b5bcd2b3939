namespace Akashi.Bench.Traces.Rows;

/// <summary>Digits of known count, a few nanoseconds each: millions of lines are rewritten.</summary>
internal static class Hexadecimal
{
    public static bool IsDigit(byte character) => character is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f' or >= (byte)'A' and <= (byte)'F';

    public static uint Read(ReadOnlySpan<byte> digits)
    {
        var value = 0u;
        foreach (var digit in digits) value = (value << 4) | (uint)((digit & 15) + (digit >> 6) * 9);
        return value;
    }

    public static void Write(Span<byte> digits, uint value, bool upper)
    {
        var table = upper ? "0123456789ABCDEF"u8 : "0123456789abcdef"u8;
        for (var i = digits.Length - 1; i >= 0; i--, value >>= 4) digits[i] = table[(int)(value & 15)];
    }
}
