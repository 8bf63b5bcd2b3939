using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces;

/// <summary><c>trace export QUERY</c>: the original lines, byte for byte, oldest first.</summary>
internal static class TraceExport
{
    public static async Task<int> RunAsync(ApiConnection api, string query, TimeRange range, Stream output, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/traces/export?q={Uri.EscapeDataString(query)}{range.ToQuery()}");
        using var answer = await api.SendAsync(request, cancellation);
        try
        {
            await answer.Content.CopyToAsync(output, cancellation);
            await output.FlushAsync(cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw new CommandFailure(ExitCodes.Failure, Words.Say($"The export ended early, so what was written is not complete: {e.Message}", $"出力が途中で終わりました。書き出した内容は不完全です: {e.Message}"));
        }
        return ExitCodes.Success;
    }
}
