using System.Globalization;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces;

/// <summary><c>trace complete QUERY</c>: a proposal a line, for shells and editors; what is wrong with the query on standard error.</summary>
internal static class TraceCompletion
{
    public static async Task<int> RunAsync(ApiConnection api, string query, int? caret, bool json, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var at = caret is { } index ? "&caret=" + index.ToString(CultureInfo.InvariantCulture) : "";
        using var answer = await api.GetJsonAsync($"{TraceCommands.Completion.Path}?q={Uri.EscapeDataString(query)}{at}", cancellation);
        var root = answer.RootElement;
        if (json)
        {
            output.WriteLine(JsonLine.Of(root));
            return ExitCodes.Success;
        }
        foreach (var proposal in root.GetProperty("proposals").EnumerateArray()) output.WriteLine(Printable.Line(proposal.GetProperty("text").GetString()!));
        foreach (var hint in root.GetProperty("hints").EnumerateArray())
            errors.WriteLine(Printable.Line(Words.Say($"No field '{hint.GetProperty("field")}' is known. Did you mean: {hint.GetProperty("query")}", $"項目「{hint.GetProperty("field")}」は知られていません。もしかして: {hint.GetProperty("query")}")));
        return ExitCodes.Success;
    }
}
