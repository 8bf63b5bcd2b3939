using System.Globalization;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Calendar;

/// <summary><c>calendar YEAR</c>: holidays and one-off changes of the service's calendar.</summary>
internal static class CalendarYear
{
    public static async Task<int> RunAsync(ApiConnection api, int year, bool json, TextWriter output, CancellationToken cancellation)
    {
        using var answer = await api.GetJsonAsync(CalendarCommands.Year.At([year.ToString(CultureInfo.InvariantCulture)]), cancellation);
        if (json)
        {
            output.WriteLine(answer.RootElement.GetRawText());
            return ExitCodes.Success;
        }
        var table = new OutputTable(Words.Say("Day", "日付"), Words.Say("What", "内容"), Words.Say("Business", "営業"));
        var rows = answer.RootElement.GetProperty("holidays").EnumerateArray()
            .Select(holiday => (Day: holiday.GetProperty("day").GetString()!, What: Words.Say(holiday.GetProperty("english").GetString()!, holiday.GetProperty("japanese").GetString()!), Open: false))
            .Concat(answer.RootElement.GetProperty("exceptions").EnumerateArray()
                .Select(day => (Day: day.GetProperty("day").GetString()!, What: Printable.Line(day.GetProperty("note").GetString()!), Open: day.GetProperty("open").GetBoolean())));
        foreach (var (day, what, open) in rows.OrderBy(row => row.Day, StringComparer.Ordinal)) table.Add(day, what, open ? Words.Say("open", "営業") : Words.Say("closed", "休業"));
        table.Write(output);
        return ExitCodes.Success;
    }
}
