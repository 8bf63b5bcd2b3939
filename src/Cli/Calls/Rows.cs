using System.Runtime.CompilerServices;
using System.Text.Json;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Calls;

/// <summary>A list of the API, page by page: an answer names the next page in <c>next</c>.</summary>
/// <param name="Member">What holds the rows; null when the answer is the list itself.</param>
/// <param name="Cursor">Parameter that takes <c>next</c>; null when there is one page alone.</param>
/// <param name="Size">Asks for large pages, <c>limit=500</c>, where the route takes it.</param>
internal sealed record Rows(ApiRoute Route, string? Member, string? Cursor = null, string Size = "")
{
    private const int MaximumPages = 10_000;

    /// <param name="query">Conditions, <c>a=b&amp;c=d</c>.</param>
    /// <param name="all">Every page, not the first alone.</param>
    /// <param name="more">Called when pages are left out.</param>
    public async IAsyncEnumerable<JsonElement> ReadAsync(ApiConnection api, string query, bool all, Action more, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? next = null;
        for (var page = 0; page < MaximumPages; page++)
        {
            var conditions = string.Join('&', new[] { Size, query, next is null ? "" : $"{Cursor}={Uri.EscapeDataString(next)}" }.Where(part => part.Length > 0));
            using var answer = await api.GetJsonAsync(Route.At([]) + (conditions.Length > 0 ? "?" + conditions : ""), cancellation);
            foreach (var row in (Member is null ? answer.RootElement : answer.RootElement.GetProperty(Member)).EnumerateArray()) yield return row;
            if (Cursor is null || !answer.RootElement.TryGetProperty("next", out var following) || following.ValueKind == JsonValueKind.Null) yield break;
            next = following.ToString();
            if (all) continue;
            more();
            yield break;
        }
    }

    /// <summary>Prints them: a table, or one JSON object a line.</summary>
    public async Task<int> PrintAsync(ApiConnection api, string query, bool all, IReadOnlyList<Column> columns, bool json, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var (table, left) = (new OutputTable([.. columns.Select(column => column.Title)]), false);
        await foreach (var row in ReadAsync(api, query, all, () => left = true, cancellation))
        {
            if (json) output.WriteLine(JsonLine.Of(row));
            else table.Add([.. columns.Select(column => column.Of(row))]);
        }
        if (!json) table.Write(output);
        if (left) errors.WriteLine(Words.Say("These are the newest; --all shows the older ones too.", "新しいものだけを表示しました。すべて表示するには --all を付けてください。"));
        return ExitCodes.Success;
    }
}
