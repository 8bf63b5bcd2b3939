using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Search;

/// <summary>A trace as the API tells it, wherever. It is written from the bytes of its line; bytes that are not UTF-8 show as U+FFFD.</summary>
/// <remarks>Of a line that cannot be parsed the first <see cref="TraceRow.LongestShown"/> bytes are told; <c>lineBytes</c> then says how many there are.</remarks>
/// <param name="withLine">Whether the line is told where its fields tell it, too.</param>
internal sealed class TraceJson(bool withLine = true, bool withFields = true) : JsonConverter<FoundTrace>
{
    [ThreadStatic]
    private static ParsedLine? _parsed;

    public override FoundTrace Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Traces come from terminals alone.");

    public override void Write(Utf8JsonWriter writer, FoundTrace value, JsonSerializerOptions options)
    {
        var unparsed = (value.Flags & LineFlags.Unparsed) != 0;
        writer.WriteStartObject();
        writer.WriteString("id"u8, value.Position.ToString());
        writer.WriteString("time"u8, value.Time);
        writer.WriteString("tmid"u8, value.Tmid.ToString());
        if (unparsed) writer.WriteString("line"u8, Encoding.UTF8.GetString(TraceRow.Shown(value.Line)));
        else if (withLine) writer.WriteString("line"u8, value.Line);
        if (value.Line.Length > TraceRow.LongestShown) writer.WriteNumber("lineBytes"u8, value.Line.Length);
        writer.WriteBoolean("unparsed"u8, unparsed);
        writer.WriteBoolean("skewed"u8, (value.Flags & LineFlags.Skewed) != 0);
        if (withFields) WriteFields(writer, value.Line);
        writer.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter writer, ReadOnlySpan<byte> line)
    {
        var parsed = _parsed ??= new ParsedLine();
        LineParser.Parse(line, parsed); // of one that cannot be parsed there are none
        writer.WriteStartArray("fields"u8);
        foreach (ref readonly var field in parsed.Fields)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(ParsedLine.Key(line, field));
            writer.WriteStringValue(parsed.Value(line, field));
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }
}
