using System.Globalization;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces;

/// <summary><c>trace top QUERY FIELD…</c>: the most frequent values; <c>trace histogram QUERY</c>: how many when.</summary>
internal static class TraceGroups
{
    public static async Task<int> TopAsync(ApiConnection api, string query, TimeRange range, string[] by, string? sum, int limit, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var fields = string.Concat(by.Select(field => "&by=" + Uri.EscapeDataString(field)));
        var path = $"{TraceCommands.Groups.Path}?q={Uri.EscapeDataString(query)}{range.ToQuery()}{fields}{(sum is null ? "" : "&sum=" + Uri.EscapeDataString(sum))}&limit={limit.ToString(CultureInfo.InvariantCulture)}";
        using var answer = await api.GetJsonAsync(path, cancellation);
        string[] columns = [Words.Say("Count", "件数"), .. sum is null ? [] : new[] { Words.Say($"Sum of {sum}", $"{sum} の合計") }, .. by];
        var table = new OutputTable(columns);
        foreach (var group in answer.RootElement.GetProperty("groups").EnumerateArray())
        {
            var values = group.GetProperty("values").EnumerateArray().Select(value => Printable.Line(value.GetString() ?? Words.Say("(absent)", "(項目なし)")));
            table.Add([group.GetProperty("count").GetInt64().ToString("N0", CultureInfo.InvariantCulture), .. sum is null ? [] : new[] { group.GetProperty("sum").GetString()! }, .. values]);
        }
        table.Write(output);
        var (distinct, total) = (answer.RootElement.GetProperty("distinct").GetInt64(), answer.RootElement.GetProperty("total").GetInt64());
        errors.WriteLine(Words.Say($"{distinct} different, {total} traces.", $"{distinct} 種類、{total} 件。"));
        return ExitCodes.Success;
    }

    public static async Task<int> HistogramAsync(ApiConnection api, string query, TimeRange range, string interval, TextWriter output, CancellationToken cancellation)
    {
        using var answer = await api.GetJsonAsync($"{TraceCommands.Histogram.Path}?q={Uri.EscapeDataString(query)}{range.ToQuery()}&interval={Uri.EscapeDataString(interval)}", cancellation);
        var table = new OutputTable(Words.Say("From", "開始"), Words.Say("Count", "件数"));
        foreach (var step in answer.RootElement.GetProperty("buckets").EnumerateArray())
            table.Add(step.GetProperty("from").GetString()!, step.GetProperty("count").GetInt64().ToString("N0", CultureInfo.InvariantCulture));
        table.Write(output);
        return ExitCodes.Success;
    }
}
