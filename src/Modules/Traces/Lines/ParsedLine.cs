using System.Runtime.InteropServices;

namespace Akashi.Traces.Lines;

/// <summary>Where one key=value pair lies in its line.</summary>
/// <param name="KeyLength">At most <see cref="LineParser.MaxKeyBytes"/>.</param>
/// <param name="Quoted">The value stands in quotes, which are not part of the range.</param>
/// <param name="Escaped">The value holds doubled quotes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FieldRange(int KeyStart, byte KeyLength, int ValueLength, bool Quoted, bool Escaped)
{
    public int ValueStart => KeyStart + KeyLength + (Quoted ? 2 : 1);

    public int End => ValueStart + ValueLength + (Quoted ? 1 : 0);
}

/// <summary>Result of <see cref="LineParser.Parse"/>, reused from line to line so that parsing allocates nothing. Not thread-safe.</summary>
internal sealed class ParsedLine
{
    private FieldRange[] _fields = new FieldRange[64];
    private byte[] _unescaped = new byte[1024];

    public LineFlags Flags { get; private set; }

    public EventTime Time { get; private set; }

    public int Count { get; private set; }

    public ReadOnlySpan<FieldRange> Fields => _fields.AsSpan(0, Count);

    public static ReadOnlySpan<byte> Key(ReadOnlySpan<byte> line, in FieldRange field) => line.Slice(field.KeyStart, field.KeyLength);

    /// <summary>The value without quotes and escapes. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line, in FieldRange field)
    {
        var value = line.Slice(field.ValueStart, field.ValueLength);
        return field.Escaped ? Unescape(value) : value;
    }

    internal void Begin(EventTime time)
    {
        Time = time;
        Flags = LineFlags.None;
        Count = 0;
    }

    internal void Add(in FieldRange field)
    {
        if (Count == _fields.Length) Array.Resize(ref _fields, _fields.Length * 2);
        _fields[Count++] = field;
    }

    internal LineFlags Refuse(LineFlags why)
    {
        Time = default;
        Count = 0;
        return Flags = why | LineFlags.Unparsed;
    }

    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> value)
    {
        if (_unescaped.Length < value.Length) _unescaped = new byte[Math.Max(value.Length, _unescaped.Length * 2)];
        var length = 0;
        while (true)
        {
            var quote = value.IndexOf((byte)'"');
            if (quote < 0) break;
            value[..(quote + 1)].CopyTo(_unescaped.AsSpan(length));
            length += quote + 1;
            value = value[(quote + 2)..]; // the parser saw to it that quotes come in pairs
        }
        value.CopyTo(_unescaped.AsSpan(length));
        return _unescaped.AsSpan(0, length + value.Length);
    }
}
