using System.Buffers;
using System.Text.Json;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Export;

/// <summary>Writes traces as JSON lines: on each the object that the API shows of a trace.</summary>
internal static class JsonExport
{
    private const int Buffered = 1 << 16;

    public static async Task<long> WriteAsync(IAsyncEnumerable<IReadOnlyList<FoundTrace>> rows, Stream output, CancellationToken cancellation)
    {
        var (buffer, count) = (new ArrayBufferWriter<byte>(Buffered), 0L);
        await using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = SearchTraces.Format.Encoder });
        await foreach (var traces in rows.WithCancellation(cancellation))
        {
            foreach (var trace in traces)
            {
                JsonSerializer.Serialize(writer, trace, SearchTraces.Format);
                writer.Reset();
                buffer.Write("\n"u8);
                if (buffer.WrittenCount < Buffered) continue;
                await output.WriteAsync(buffer.WrittenMemory, cancellation);
                buffer.ResetWrittenCount();
            }
            count += traces.Count;
        }
        await output.WriteAsync(buffer.WrittenMemory, cancellation);
        return count;
    }
}
