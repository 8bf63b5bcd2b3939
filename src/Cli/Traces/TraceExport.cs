using System.Globalization;
using System.Text.Json;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces;

/// <summary>What is exported, and where to.</summary>
/// <param name="File">Null for standard output.</param>
internal sealed record ExportRequest(string Query, TimeRange Range, string Format, string? Columns, string? File);

/// <summary>
/// <c>trace export QUERY</c>: all matching traces as a stream, with progress on standard error. A file has its name only once it is whole: until then it ends
/// in <c>.part</c>.
/// </summary>
internal sealed class TraceExport(ApiConnection api, TimeProvider clock, TextWriter errors, bool interactive)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    private readonly Guid _run = Guid.CreateVersion7(clock.GetUtcNow());

    public async Task<int> RunAsync(ExportRequest wanted, CancellationToken cancellation)
    {
        var columns = wanted.Columns is null ? "" : "&columns=" + Uri.EscapeDataString(wanted.Columns);
        var path = $"{TraceCommands.Export.Path}?q={Uri.EscapeDataString(wanted.Query)}{wanted.Range.ToQuery()}&format={Uri.EscapeDataString(wanted.Format)}{columns}&run={_run}";
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var progress = interactive ? ShowProgressAsync(over.Token) : Task.CompletedTask;
        try
        {
            using var answer = await api.SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);
            await CopyAsync(answer, wanted.File, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await StopAsync();
            throw;
        }
        finally
        {
            await over.CancelAsync();
            await progress.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (interactive) errors.Write("\r\u001b[K");
        }
        if (interactive && await StateAsync(cancellation) is { } done) errors.WriteLine(Words.Say($"{Number(done, "rows")} traces.", $"{Number(done, "rows")} 件。"));
        return ExitCodes.Success;
    }

    private async Task CopyAsync(HttpResponseMessage answer, string? file, CancellationToken cancellation)
    {
        var part = file is null ? null : file + ".part";
        try
        {
            await using (var output = part is null ? Console.OpenStandardOutput() : File.Create(part))
            {
                await answer.Content.CopyToAsync(output, cancellation);
                await output.FlushAsync(cancellation);
            }
            if (part is not null) File.Move(part, file!, overwrite: true);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            var why = await StateAsync(cancellation) is { } state && state.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : e.Message;
            throw new CommandFailure(ExitCodes.Failure, Printable.Line(Words.Say($"The export ended early, so what was written is not complete: {why}", $"出力が途中で終わりました。書き出した内容は不完全です: {why}")));
        }
    }

    private async Task ShowProgressAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(Between, clock, cancellation);
            if (await StateAsync(cancellation) is not { } state) continue;
            var total = state.GetProperty("total");
            var percent = total.ValueKind == JsonValueKind.Number && total.GetInt64() > 0 ? string.Create(CultureInfo.InvariantCulture, $" / {total.GetInt64():N0} ({Math.Min(100, 100 * state.GetProperty("rows").GetInt64() / total.GetInt64())} %)") : "";
            errors.Write($"\r\u001b[K{Number(state, "rows")}{percent}");
        }
    }

    /// <summary>Null when it is not known: the export itself matters more.</summary>
    private async Task<JsonElement?> StateAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await api.GetJsonAsync(TraceCommands.ExportRun.At([_run.ToString()]), cancellation);
            return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("rows", out _) ? answer.RootElement.Clone() : null;
        }
        catch (CommandFailure)
        {
            return null;
        }
    }

    /// <summary>Closing the connection stops it, too; but something between may hold it open.</summary>
    private async Task StopAsync()
    {
        using var limit = new CancellationTokenSource(Farewell, clock);
        try
        {
            using var answer = await api.CallAsync(HttpMethod.Delete, TraceCommands.ExportStop.At([_run.ToString()]), null, limit.Token);
        }
        catch (Exception e) when (e is CommandFailure or OperationCanceledException)
        {
        }
    }

    private static string Number(JsonElement state, string member) => state.GetProperty(member).GetInt64().ToString("N0", CultureInfo.InvariantCulture);
}
