using System.Globalization;
using System.Text.Json;
using Akashi.Cli.Connection;
using Akashi.Platform.Calendar;
using Akashi.Supervisor;

namespace Akashi.Cli.Terminals;

/// <summary><c>terminal list</c>: all terminals, page by page.</summary>
internal static class TerminalList
{
    private const int PageSize = 500;

    public static async Task<int> RunAsync(ApiConnection api, string? search, bool json, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var table = json ? null : new OutputTable("TMID", Words.Say("Computer", "コンピューター"), Words.Say("Kind", "種別"), "OS", Words.Say("Agent", "エージェント"), Words.Say("Last seen", "最終通信"));
        var count = 0;
        for (var page = 1; ; page++)
        {
            var path = $"{TerminalCommands.List.Path}?page={page.ToString(CultureInfo.InvariantCulture)}&pageSize={PageSize.ToString(CultureInfo.InvariantCulture)}{(search is null ? "" : "&search=" + Uri.EscapeDataString(search))}";
            using var answer = await api.GetJsonAsync(path, cancellation);
            var rows = answer.RootElement.GetProperty("rows");
            foreach (var row in rows.EnumerateArray())
            {
                count++;
                if (table is null) output.WriteLine(row.GetRawText());
                else table.Add(Text(row, "tmid"), Text(row, "computerName"), Text(row, "kind"), Text(row, "operatingSystem"), Text(row, "agentVersion"), Time(row, "lastSeenAt"));
            }
            if (rows.GetArrayLength() < PageSize) break;
        }
        table?.Write(output);
        if (!json) errors.WriteLine(Words.Say($"{count} terminals.", $"{count} 台。"));
        return ExitCodes.Success;
    }

    private static string Text(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? Printable.Line(value.ToString()) : "";

    private static string Time(JsonElement row, string name) =>
        DateTimeOffset.TryParse(Text(row, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToOffset(JstDay.Offset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : "";
}
