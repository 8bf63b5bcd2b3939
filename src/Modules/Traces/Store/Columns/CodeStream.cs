using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>
/// The codes of a column, numbered as their values first appear. Each is written as how far it lies behind the next new one, so 0 means a new
/// value; in planes of equal bytes, which compress better.
/// </summary>
internal static class CodeStream
{
    public static void Write(ByteWriter to, ReadOnlySpan<int> codes, int entries)
    {
        var planes = Planes(entries);
        var bytes = to.Reserve(checked(codes.Length * planes));
        var next = 0;
        for (var i = 0; i < codes.Length; i++)
        {
            var back = next - codes[i];
            if (back == 0) next++;
            for (var plane = 0; plane < planes; plane++) bytes[plane * codes.Length + i] = unchecked((byte)(back >> (8 * plane)));
        }
    }

    /// <exception cref="InvalidDataException">The bytes are too few or too many, or lead to other entries than there are.</exception>
    public static void Read(ReadOnlySpan<byte> from, Span<int> codes, int entries)
    {
        var planes = Planes(entries);
        if (from.Length != (long)codes.Length * planes) throw new InvalidDataException($"{from.Length} bytes for {codes.Length} codes.");
        var next = 0;
        var least = 0;
        for (var i = 0; i < codes.Length; i++)
        {
            var back = (int)from[i];
            for (var plane = 1; plane < planes; plane++) back |= from[plane * codes.Length + i] << (8 * plane);
            var code = next - back;
            if (back == 0) next++;
            least |= code;
            codes[i] = code;
        }
        if (least < 0 || next != entries) throw new InvalidDataException($"the codes lead to {next} entries, not {entries}.");
    }

    /// <summary>How many bytes the largest distance takes.</summary>
    private static int Planes(int entries) => entries < 1 << 8 ? 1 : entries < 1 << 16 ? 2 : entries < 1 << 24 ? 3 : 4;
}
