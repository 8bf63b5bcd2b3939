using System.Globalization;
using System.Text.Json;
using Akashi.Platform.Calendar;
using Akashi.Supervisor;

namespace Akashi.Cli.Calls;

/// <summary>A member of each row and what its column is called.</summary>
internal sealed record Column(string Member, string English, string Japanese)
{
    public string Title => Words.Say(English, Japanese);

    public string Of(JsonElement row) => row.TryGetProperty(Member, out var value) ? Text(Member, value) : "";

    /// <summary>A value for people: lists with commas, times in Japan's.</summary>
    public static string Text(string member, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.Array => Printable.Line(string.Join(", ", value.EnumerateArray().Select(one => one.ToString()))),
        JsonValueKind.String when IsTime(member) && value.TryGetDateTimeOffset(out var time) => time.ToOffset(JstDay.Offset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        _ => Printable.Line(value.ToString()),
    };

    private static bool IsTime(string member) => member is "nextRun" or "from" or "to" || member.EndsWith("At", StringComparison.Ordinal) || member.EndsWith("Until", StringComparison.Ordinal);
}
