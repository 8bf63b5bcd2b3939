using System.Runtime.CompilerServices;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>Streams matching traces, oldest first.</summary>
internal static class SegmentExport
{
    private const int Buffered = 1 << 16;

    /// <summary>
    /// Writes the original lines with their terminators. A line that had none (the last of its log) gets LF if another follows, else lines would run together.
    /// </summary>
    /// <returns>Lines written.</returns>
    public static async Task<long> WriteAsync(TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, Stream output, SearchOptions options, CancellationToken cancel)
    {
        var buffer = new ByteWriter();
        var count = 0L;
        var end = LineEnd.Lf;
        await foreach (var traces in ReadAsync(tenant, segments, query, options, cancel))
        {
            foreach (var trace in traces)
            {
                if (end == LineEnd.None) buffer.Bytes(LineEnd.Lf.Bytes());
                end = trace.End;
                buffer.Bytes(trace.Line);
                buffer.Bytes(end.Bytes());
                if (buffer.Length < Buffered) continue;
                await output.WriteAsync(buffer.WrittenMemory, cancel);
                buffer.Clear();
            }
            count += traces.Count;
        }
        await output.WriteAsync(buffer.WrittenMemory, cancel);
        return count;
    }

    /// <summary>The rows in batches. Ends the use of the segments when it is disposed.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<FoundTrace>> ReadAsync(
        TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, SearchOptions options, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var plan = await BlockPlan.MakeAsync(tenant, segments, query, options, cancel);
        var rows = new OrderedRows(plan, options);
        while (await rows.NextAsync(cancel) is { Count: > 0 } traces) yield return traces;
    }
}
