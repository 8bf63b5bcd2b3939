using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Platform.Calendar;
using Akashi.Supervisor;

namespace Akashi.Cli.Calendar;

/// <summary><c>calendar [YEAR]</c>, and for operators <c>calendar open|close|clear|hours</c>.</summary>
internal static class CalendarCommands
{
    public static readonly ApiRoute Year = ApiRoute.Get("/api/v1/calendar/{year}");
    private const string Day = "/api/v1/calendar/days/{day}";
    private static readonly ApiRoute Hours = ApiRoute.Put("/api/v1/calendar/hours");

    public static Command Create(TimeProvider clock, WithApi withApi, WithApi asOperator)
    {
        var calls = new CallMaker(asOperator);
        var year = new Argument<int>("YEAR") { Description = Words.Say("1950 to 2100; this year if not given.", "1950～2100。省略時は今年。"), DefaultValueFactory = _ => JstDay.Of(clock.GetUtcNow()).Date.Year };
        var day = new Argument<string>("DAY") { Description = "yyyy-MM-dd" };
        var note = new Argument<string>("NOTE") { Description = Words.Say("Why.", "理由。") };
        var json = CallMaker.Json();
        var calendar = new ApiCommand("calendar", Words.Say("Holidays and one-off changes of the service's calendar.", "祝日と、臨時の営業日・休業日。"), Year)
        {
            year, json,
            calls.Call("open", Words.Say("Work on a day that would be closed.", "臨時の営業日にする。"), ApiRoute.Put(Day), parsed => new { open = true, note = parsed.GetRequiredValue(note) }, day, note),
            calls.Call("close", Words.Say("Close on a day that would be worked on.", "臨時の休業日にする。"), ApiRoute.Put(Day), parsed => new { open = false, note = parsed.GetRequiredValue(note) }, day, note),
            calls.Call("clear", Words.Say("Let the rules decide on a day again.", "臨時の設定を取り消す。"), ApiRoute.Delete(Day), body: null, day),
            HoursOf(clock, asOperator),
        };
        calendar.SetAction((parsed, cancellation) => withApi(parsed, api => CalendarYear.RunAsync(api, parsed.GetValue(year), parsed.GetValue(json), Console.Out, cancellation)));
        return calendar;
    }

    /// <summary>Shows the hours; with options changes those alone.</summary>
    private static ApiCommand HoursOf(TimeProvider clock, WithApi asOperator)
    {
        var opens = new Option<string?>("--opens") { Description = "HH:mm" };
        var closes = new Option<string?>("--closes") { Description = "HH:mm" };
        var weekdays = new Option<int[]>("--weekdays") { Description = Words.Say("0 Sunday to 6 Saturday: --weekdays 1 2 3 4 5", "0 日曜～6 土曜。例: --weekdays 1 2 3 4 5"), AllowMultipleArgumentsPerToken = true };
        var yearEndFrom = new Option<string?>("--year-end-from") { Description = "MM-dd" };
        var yearEndTo = new Option<string?>("--year-end-to") { Description = "MM-dd" };
        var json = CallMaker.Json();
        var command = new ApiCommand("hours", Words.Say("Show or change the business hours.", "営業時間を表示または変更。"), Year, Hours) { opens, closes, weekdays, yearEndFrom, yearEndTo, json };
        command.SetAction((parsed, cancellation) => asOperator(parsed, async api =>
        {
            using var known = await api.GetJsonAsync(Year.At([JstDay.Of(clock.GetUtcNow()).Date.Year.ToString(CultureInfo.InvariantCulture)]), cancellation);
            var hours = known.RootElement.GetProperty("hours");
            string Text(string member) => hours.GetProperty(member).GetString() ?? "";
            var changed = new Option[] { opens, closes, weekdays, yearEndFrom, yearEndTo }.Any(option => parsed.GetResult(option) is { Implicit: false });
            using var answer = !changed ? JsonDocument.Parse(hours.GetRawText()) : await api.CallAsync(Hours.Method, Hours.Path, new
            {
                opens = parsed.GetValue(opens) ?? Text("opens"), closes = parsed.GetValue(closes) ?? Text("closes"),
                weekdays = parsed.GetValue(weekdays) is { Length: > 0 } given ? given : [.. hours.GetProperty("weekdays").EnumerateArray().Select(one => one.GetInt32())],
                yearEndFrom = parsed.GetValue(yearEndFrom) ?? Text("yearEndFrom"), yearEndTo = parsed.GetValue(yearEndTo) ?? Text("yearEndTo"),
            }, cancellation);
            return CallMaker.Show(answer, parsed.GetValue(json), Console.Out);
        }));
        return command;
    }
}
