using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Audit;

/// <summary><c>audit export</c>: entries with proofs, as the service sends them.</summary>
internal static class AuditExportCommand
{
    public static async Task<int> RunAsync(ApiConnection api, string query, Stream output, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/audit/export?" + query.TrimStart('&'));
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
