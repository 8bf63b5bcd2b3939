namespace Akashi.Traces.Lines;

/// <summary>What is unusual about a stored line. The values are part of the segment format.</summary>
[Flags]
internal enum LineFlags : byte
{
    None = 0,
    /// <summary>The line is no header followed by key=value pairs; it is kept verbatim and has no fields.</summary>
    Unparsed = 1,
    /// <summary>The event time lies too far from the receive time; the line is filed under the receipt day.</summary>
    Skewed = 2,
    /// <summary>The line is not UTF-8 (always with <see cref="Unparsed"/>).</summary>
    NotUtf8 = 4,
    /// <summary>The line is longer than <see cref="LineParser.MaxLineBytes"/> (always with <see cref="Unparsed"/>).</summary>
    TooLong = 8,
}

/// <summary>How a line ended in its batch. The values are part of the segment format.</summary>
internal enum LineEnd : byte
{
    /// <summary>The last line of a log may lack a terminator.</summary>
    None = 0,
    Lf = 1,
    CrLf = 2,
}

internal static class LineEnds
{
    public static ReadOnlySpan<byte> Bytes(this LineEnd end) => end switch
    {
        LineEnd.None => default,
        LineEnd.Lf => "\n"u8,
        LineEnd.CrLf => "\r\n"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, "Unknown line terminator."),
    };
}
