using System.Globalization;
using System.Text.Json;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Audit;

/// <summary><c>audit search</c>: newest first.</summary>
internal static class AuditSearchCommand
{
    private const int LargestPage = 1000;
    private const int ShownTarget = 60;

    public static async Task<int> RunAsync(ApiConnection api, string query, int limit, bool json, TextWriter output, CancellationToken cancellation)
    {
        var table = json ? null : new OutputTable(Words.Say("Time", "日時"), Words.Say("Action", "操作"), Words.Say("Target", "対象"), Words.Say("Actor", "操作した人"), Words.Say("From", "接続元"));
        var count = 0;
        string? after = null;
        do
        {
            var page = Math.Min(limit - count, LargestPage).ToString(CultureInfo.InvariantCulture);
            using var answer = await api.GetJsonAsync($"{AuditCommands.Search.Path}?limit={page}{query}{(after is null ? "" : "&after=" + after)}", cancellation);
            foreach (var row in answer.RootElement.GetProperty("rows").EnumerateArray())
            {
                count++;
                if (table is null) output.WriteLine(JsonLine.Of(row));
                else table.Add(TimeOf(row), Text(row, "action"), Printable.Shorten(Text(row, "target"), ShownTarget), ActorOf(row), Text(row, "address"));
            }
            after = answer.RootElement.GetProperty("next").GetString();
        }
        while (after is not null && count < limit);
        table?.Write(output);
        return ExitCodes.Success;
    }

    private static string TimeOf(JsonElement row) => row.GetProperty("at").GetDateTimeOffset().ToString("yyyy/MM/dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string ActorOf(JsonElement row) => Text(row, "actorName") is { Length: > 0 } name ? $"{name} ({Text(row, "actor")})" : Text(row, "actor");

    private static string Text(JsonElement row, string name) => Printable.Line(row.GetProperty(name).GetString() ?? "");
}
