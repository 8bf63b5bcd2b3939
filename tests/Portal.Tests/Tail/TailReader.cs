using System.Text.Json;

namespace Akashi.Portal.Tests.Tail;

internal sealed record TailEvent(string Name, string? Id, JsonElement Data);

/// <summary>Reads server-sent events as a browser would.</summary>
internal sealed class TailReader(HttpResponseMessage answer, StreamReader reader) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public List<TailEvent> Seen { get; } = [];

    public static async Task<TailReader> OpenAsync(HttpResponseMessage answer)
    {
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var reader = new TailReader(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
        await reader.NextAsync("beat"); // it listens
        return reader;
    }

    /// <summary>The next event of a name; others before it are only kept.</summary>
    public async Task<TailEvent> NextAsync(string wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        var (name, id, data) = ("", (string?)null, "");
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            if (line.Length > 0 || data.Length == 0) continue;
            using var json = JsonDocument.Parse(data);
            Seen.Add(new TailEvent(name, id, json.RootElement.Clone()));
            if (name == wanted) return Seen[^1];
            (name, id, data) = ("", null, "");
        }
        throw new InvalidOperationException($"The stream ended before '{wanted}'.");
    }

    public void Dispose()
    {
        reader.Dispose();
        answer.Dispose();
    }
}
