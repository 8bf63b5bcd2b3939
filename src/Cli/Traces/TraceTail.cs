using System.Globalization;
using System.Text.Json;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces;

/// <summary><c>trace tail QUERY</c>: traces as they are received, until one interrupts it. A lost connection comes back and goes on where it was.</summary>
internal static class TraceTail
{
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(ApiConnection api, string query, bool json, TimeProvider clock, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        string? last = null;
        var begun = false;
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"{TraceCommands.Tail.Path}?q={Uri.EscapeDataString(query)}");
                if (last is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
                using var answer = await api.SendAsync(request, cancellation);
                begun = true;
                using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
                await foreach (var (name, id, data) in EventsAsync(reader, cancellation))
                {
                    last = id ?? last;
                    if (!Show(name, data, json, output, errors)) return ExitCodes.Failure;
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return ExitCodes.Success;
            }
            // Before it ever worked, the address or the token is wrong; later the service is away for a while.
            catch (CommandFailure failure) when (begun && failure.ExitCode == ExitCodes.Unreachable)
            {
            }
            catch (Exception e) when (begun && e is HttpRequestException or HttpIOException or IOException)
            {
                errors.WriteLine(Words.Say("The connection was lost; connecting again.", "切断されました。つなぎ直しています。"));
            }
            try
            {
                await Task.Delay(ComeBack, clock, cancellation);
            }
            catch (OperationCanceledException)
            {
                return ExitCodes.Success;
            }
        }
    }

    /// <returns>False when there will be no more.</returns>
    private static bool Show(string name, JsonElement data, bool json, TextWriter output, TextWriter errors)
    {
        switch (name)
        {
            case "trace" when json:
                output.WriteLine(JsonLine.Of(data));
                break;
            case "trace":
                var trace = FoundTrace.Read(data);
                output.WriteLine(string.Join('\t', trace.Time, Printable.Line(trace.Computer), Printable.Line(trace.Event), Printable.Line(trace.Process), Printable.Line(trace.What)));
                break;
            case "left-out":
                errors.WriteLine(Words.Say($"{Number(data, "traces")} more are left out: they come too fast.", $"速すぎるため {Number(data, "traces")} 件を省略しました。"));
                break;
            case "passed":
                errors.WriteLine(Words.Say($"{Number(data, "lines")} lines were passed over unread to keep up.", $"追いつくため {Number(data, "lines")} 行を調べずに飛ばしました。"));
                break;
            case "end":
                errors.WriteLine(Printable.Line($"{data.GetProperty("code")}: {data.GetProperty("message")}"));
                return false;
        }
        output.Flush();
        return true;
    }

    private static string Number(JsonElement data, string member) => data.GetProperty(member).GetInt64().ToString("N0", CultureInfo.InvariantCulture);

    private static async IAsyncEnumerable<(string Name, string? Id, JsonElement Data)> EventsAsync(StreamReader reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var (name, id, data) = ("", (string?)null, "");
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            if (line.Length > 0 || data.Length == 0) continue;
            using var parsed = JsonDocument.Parse(data);
            yield return (name, id, parsed.RootElement.Clone());
            (name, id, data) = ("", null, "");
        }
    }
}
