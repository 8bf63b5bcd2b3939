using System.Globalization;
using System.Text.Json;
using Akashi.Platform.Calendar;

namespace Akashi.Cli.Traces;

/// <summary>One row of a search, as far as people want to see it at a glance.</summary>
internal sealed record FoundTrace(string Time, string Computer, string Event, string Process, string What)
{
    private static readonly string[] Subjects = ["cmd", "path", "dstHost", "dstIP", "url", "evtMsg", "winTitle", "usr"];

    public static FoundTrace Read(JsonElement row)
    {
        var fields = FieldsOf(row);
        var subEvent = fields.GetValueOrDefault("subEvt");
        return new FoundTrace(
            TimeOf(row),
            fields.GetValueOrDefault("com") ?? Text(row, "tmid"),
            fields.GetValueOrDefault("evt") is { } name ? subEvent is null ? name : $"{name}/{subEvent}" : "",
            fields.GetValueOrDefault("psPath") ?? "",
            SubjectOf(fields) ?? Text(row, "line"));
    }

    /// <summary>What the event is about: the destination with its port for connections, otherwise the first key that says it.</summary>
    private static string? SubjectOf(Dictionary<string, string> fields)
    {
        var order = fields.GetValueOrDefault("evt") switch
        {
            "net" => ["dstHost", "dstIP", "url", "srcIP"],
            "file" or "reg" => ["path"],
            _ => Subjects,
        };
        var subject = order.FirstOrDefault(key => fields.GetValueOrDefault(key) is { Length: > 0 });
        if (subject is null) return fields.Count == 0 ? null : "";
        return subject is "dstHost" or "dstIP" && fields.GetValueOrDefault("dstPort") is { Length: > 0 } port ? $"{fields[subject]}:{port}" : fields[subject];
    }

    private static string TimeOf(JsonElement row)
    {
        var text = Text(row, "time");
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToOffset(JstDay.Offset).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)
            : text;
    }

    private static Dictionary<string, string> FieldsOf(JsonElement row)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!row.TryGetProperty("fields", out var pairs) || pairs.ValueKind != JsonValueKind.Array) return fields;
        foreach (var pair in pairs.EnumerateArray())
        {
            // A key may repeat; the first one counts here, --json shows all.
            if (pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2) fields.TryAdd(pair[0].ToString(), pair[1].ToString());
        }
        return fields;
    }

    private static string Text(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value.ToString() : "";
}
