using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.Store.Columns;

/// <summary>Puts a line together again from its parts; the writer proves with it that the parts are enough.</summary>
internal static class LineRebuilder
{
    public static void Header(ByteWriter to, EventTime time) => time.Write(to.Reserve(EventTime.HeaderLength));

    public static void Spaces(ByteWriter to, int count) => to.Reserve(count).Fill((byte)' ');

    public static void Field(ByteWriter to, in ShapeField field, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var span = to.Reserve(field.Spaces + key.Length + 1);
        span[..field.Spaces].Fill((byte)' ');
        key.CopyTo(span[field.Spaces..]);
        span[^1] = (byte)'=';
        if (!field.Quoted)
        {
            to.Bytes(value);
            return;
        }
        to.Byte((byte)'"');
        for (var quote = value.IndexOf((byte)'"'); quote >= 0; quote = value.IndexOf((byte)'"'))
        {
            to.Bytes(value[..(quote + 1)]);
            to.Byte((byte)'"');
            value = value[(quote + 1)..];
        }
        to.Bytes(value);
        to.Byte((byte)'"');
    }
}
