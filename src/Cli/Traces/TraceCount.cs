using System.Globalization;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces;

/// <summary><c>trace count QUERY</c>: the number alone, for scripts.</summary>
internal static class TraceCount
{
    public static async Task<int> RunAsync(ApiConnection api, string query, TimeRange range, TextWriter output, CancellationToken cancellation)
    {
        using var answer = await api.GetJsonAsync($"{TraceCommands.Count.Path}?q={Uri.EscapeDataString(query)}{range.ToQuery()}", cancellation);
        output.WriteLine(answer.RootElement.GetProperty("count").GetInt64().ToString(CultureInfo.InvariantCulture));
        return ExitCodes.Success;
    }
}
