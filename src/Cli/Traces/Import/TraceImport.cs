using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Akashi.Agent.Protocol;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces.Import;

/// <summary><c>trace import PATH…</c>: sends batches, several at once, and waits when the service asks for it.</summary>
internal sealed class TraceImport(ApiConnection api, TimeProvider clock)
{
    private const int AtOnce = 4;
    private const int Attempts = 8;
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15); // for one file that the service asks to send later

    private sealed record Receipt(long Lines, bool Stored);

    public async Task<int> RunAsync(IReadOnlyList<string> paths, TextWriter errors, bool showProgress, CancellationToken cancellation)
    {
        var source = ImportSource.Find(paths);
        var named = paths.FirstOrDefault(path => File.Exists(path) && !BatchName.TryParse(Path.GetFileName(path), out _));
        if (named is not null)
            throw new CommandFailure(ExitCodes.BadUsage, Words.Say($"'{named}' is no batch: its name must be TMID_yyyyMMddHHmmssf-<32 letters or digits>.zip.", $"'{named}' は証跡ログではありません。名前は TMID_yyyyMMddHHmmssf-<英数字 32 桁>.zip でなければなりません。"));
        var summary = new ImportSummary(source.Batches.Count, errors, showProgress);
        try
        {
            await Parallel.ForEachAsync(source.Batches, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (file, token) => await SendAsync(file, summary, token));
        }
        finally
        {
            summary.Write(source.Others);
        }
        return summary.AllTaken ? ExitCodes.Success : ExitCodes.Failure;
    }

    private async Task SendAsync(string file, ImportSummary summary, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan wait;
            try
            {
                using var answer = await PutAsync(file, cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    var receipt = await ReadReceiptAsync(answer, cancellation);
                    summary.Taken(receipt.Lines, receipt.Stored);
                    return;
                }
                var problem = await Problem.ReadAsync(answer, cancellation);
                if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) throw new CommandFailure(ExitCodes.NotAllowed, problem.ToString());
                if (!IsTemporary(answer.StatusCode) || clock.GetElapsedTime(began) > Patience)
                {
                    summary.Refused(file, problem);
                    return;
                }
                wait = WaitOf(answer.Headers.RetryAfter);
            }
            catch (HttpRequestException e)
            {
                // The service restarts, or the connection broke: the same file again is stored once only.
                if (attempt >= Attempts) throw api.Unreachable(e);
                wait = DefaultWait;
            }
            catch (IOException e)
            {
                summary.Refused(file, new Problem(0, "file-unreadable", e.Message));
                return;
            }
            await Task.Delay(wait, clock, cancellation);
        }
    }

    private async Task<HttpResponseMessage> PutAsync(string file, CancellationToken cancellation)
    {
        await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var request = new HttpRequestMessage(HttpMethod.Put, TraceCommands.Import.At([Path.GetFileName(file)])) { Content = new StreamContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    private static async Task<Receipt> ReadReceiptAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
        return new Receipt(body.RootElement.GetProperty("lines").GetInt64(), body.RootElement.GetProperty("stored").GetBoolean());
    }

    private static bool IsTemporary(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;

    private TimeSpan WaitOf(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? (header?.Date is { } date ? date - clock.GetUtcNow() : DefaultWait);
        return wait <= TimeSpan.Zero ? DefaultWait : wait > LongestWait ? LongestWait : wait;
    }
}
