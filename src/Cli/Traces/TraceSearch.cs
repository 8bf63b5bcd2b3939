using System.Globalization;
using System.Text.Json;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces;

/// <summary><c>trace search QUERY</c>: newest first.</summary>
internal static class TraceSearch
{
    private const int LargestPage = 1000;

    public static async Task<int> RunAsync(ApiConnection api, string query, TimeRange range, int limit, bool json, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var table = json ? null : new OutputTable(Words.Say("Time", "日時"), Words.Say("Computer", "コンピューター"), Words.Say("Event", "イベント"), Words.Say("Process", "プロセス"), Words.Say("What", "内容"));
        long total = 0;
        var count = 0;
        string? after = null;
        do
        {
            var page = Math.Min(limit - count, LargestPage);
            var path = $"{TraceCommands.Search.Path}?q={Uri.EscapeDataString(query)}{range.ToQuery()}&limit={page.ToString(CultureInfo.InvariantCulture)}{(json ? "" : "&show=fields")}{(after is null ? "&total=true" : "&after=" + Uri.EscapeDataString(after))}";
            using var answer = await api.GetJsonAsync(path, cancellation);
            var root = answer.RootElement;
            if (after is null) total = root.GetProperty("total").GetInt64();
            var rows = root.GetProperty("rows");
            foreach (var row in rows.EnumerateArray())
            {
                count++;
                if (table is null) output.WriteLine(JsonLine.Of(row));
                else Add(table, FoundTrace.Read(row));
            }
            after = rows.GetArrayLength() > 0 && root.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
        }
        while (after is not null && count < limit);
        table?.Write(output);
        if (!json) errors.WriteLine(Words.Say($"{count} of {total} traces.", $"{total} 件中 {count} 件。"));
        return ExitCodes.Success;
    }

    private static void Add(OutputTable table, FoundTrace trace) =>
        table.Add(trace.Time, Printable.Line(trace.Computer), Printable.Line(trace.Event), Printable.Line(trace.Process), Printable.Line(trace.What));
}
