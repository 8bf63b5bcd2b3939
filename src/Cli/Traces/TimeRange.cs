using System.Globalization;
using Akashi.Platform.Calendar;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces;

/// <summary>Event times to look at; null is open.</summary>
internal sealed record TimeRange(DateTimeOffset? From, DateTimeOffset? To)
{
    private const int LongestDays = 36_500;

    /// <param name="last">A number and s, m, h or d, for example <c>10m</c>.</param>
    /// <param name="from">ISO 8601; without an offset it is Japan time, like everything that is shown.</param>
    /// <param name="to">The same; exclusive.</param>
    public static TimeRange Parse(string? last, string? from, string? to, DateTimeOffset now)
    {
        if (last is not null && (from is not null || to is not null))
            throw new CommandFailure(ExitCodes.BadUsage, Words.Say("--last cannot stand beside --from or --to. Use one of them.", "--last は --from や --to と一緒に使えません。"));
        if (last is not null) return new TimeRange(now - ParseSpan(last), null);
        var range = new TimeRange(from is null ? null : ParseTime("--from", from), to is null ? null : ParseTime("--to", to));
        if (range is { From: { } first, To: { } end } && first >= end)
            throw new CommandFailure(ExitCodes.BadUsage, Words.Say($"--from '{from}' is not before --to '{to}'.", $"--from '{from}' は --to '{to}' より前でなければなりません。"));
        return range;
    }

    /// <summary>As members of a query string that already has one.</summary>
    public string ToQuery() => Member("from", From) + Member("to", To);

    private static string Member(string name, DateTimeOffset? time) =>
        time is { } value ? $"&{name}={Uri.EscapeDataString(value.ToString("O", CultureInfo.InvariantCulture))}" : "";

    private static TimeSpan ParseSpan(string text)
    {
        if (text.Length >= 2 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
        {
            var unit = text[^1] switch
            {
                's' => TimeSpan.FromSeconds(1),
                'm' => TimeSpan.FromMinutes(1),
                'h' => TimeSpan.FromHours(1),
                'd' => TimeSpan.FromDays(1),
                _ => TimeSpan.Zero,
            };
            if (unit > TimeSpan.Zero && count <= TimeSpan.FromDays(LongestDays) / unit) return unit * count;
        }
        throw new CommandFailure(ExitCodes.BadUsage, Words.Say($"--last '{text}' is no length of time. Use a number and s, m, h or d, for example --last 10m.", $"--last '{text}' は時間の長さではありません。--last 10m のように、数字に s・m・h・d を付けてください。"));
    }

    private static DateTimeOffset ParseTime(string option, string text)
    {
        string[] withOffset = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm'Z'"];
        string[] withoutOffset = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd"];
        if (DateTimeOffset.TryParseExact(text, withOffset, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var exact)) return exact;
        if (DateTime.TryParseExact(text, withoutOffset, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) return new DateTimeOffset(local, JstDay.Offset);
        throw new CommandFailure(ExitCodes.BadUsage, Words.Say($"{option} '{text}' is no ISO 8601 time. Use for example 2026-02-01T13:20 (Japan time) or 2026-02-01T04:20:00Z.", $"{option} '{text}' は ISO 8601 の日時ではありません。2026-02-01T13:20 (日本時間) や 2026-02-01T04:20:00Z のように指定してください。"));
    }
}
