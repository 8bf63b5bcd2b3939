using System.Buffers;
using System.Text;
using System.Text.Json;
using Akashi.Traces.Search;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Akashi.Traces.Tail;

/// <summary>An answer as server-sent events (HTML Living Standard §9.2).</summary>
internal sealed class EventStream(HttpResponse response)
{
    public async Task BeginAsync(TimeSpan comeBackAfter, CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers["X-Accel-Buffering"] = "no"; // proxies pass it on at once
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await WriteAsync($"retry: {(long)comeBackAfter.TotalMilliseconds}\n\n", cancellation);
    }

    /// <param name="id">What the client sends back when it comes again; null when it need not.</param>
    public Task SendAsync(string name, TailPosition? id, object data, CancellationToken cancellation) =>
        WriteAsync($"{(id is { } known ? $"id: {known}\n" : "")}event: {name}\ndata: {JsonSerializer.Serialize(data, SearchTraces.Format)}\n\n", cancellation);

    /// <summary>Shows that the line is open, and lets the other side notice when it is not.</summary>
    public Task BeatAsync(TailPosition id, CancellationToken cancellation) => SendAsync("beat", id, new { }, cancellation);

    public Task FlushAsync(CancellationToken cancellation) => response.Body.FlushAsync(cancellation);

    private async Task WriteAsync(string text, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            await response.Body.WriteAsync(buffer.AsMemory(0, Encoding.UTF8.GetBytes(text, buffer)), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
