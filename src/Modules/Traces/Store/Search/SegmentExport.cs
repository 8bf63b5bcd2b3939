using System.Runtime.CompilerServices;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>Streams matching traces, oldest first, holding one block of each segment that reaches into the current moment.</summary>
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
        using var rows = new OrderedRows(tenant, segments, query);
        var more = true;
        while (more)
        {
            using (await options.StepAsync(tenant, cancel))
            {
                while (buffer.Length < Buffered && (more = rows.MoveNext(cancel))) Append();
            }
            await output.WriteAsync(buffer.WrittenMemory, cancel);
            buffer.Clear();
        }
        return count;

        void Append()
        {
            if (end == LineEnd.None) buffer.Bytes(LineEnd.Lf.Bytes());
            rows.Block.AppendLine(rows.Row, buffer);
            end = rows.Block.Meta.End(rows.Row);
            buffer.Bytes(end.Bytes());
            count++;
        }
    }

    /// <summary>The same rows in handfuls, for formats other than original lines. Ends the use of the segments when it is disposed.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<FoundTrace>> ReadAsync(
        TenantId tenant, IReadOnlyList<SegmentReader> segments, TraceQuery query, SearchOptions options, [EnumeratorCancellation] CancellationToken cancel)
    {
        var buffer = new ByteWriter();
        using var rows = new OrderedRows(tenant, segments, query);
        var more = true;
        while (more)
        {
            var traces = new List<FoundTrace>();
            var bytes = 0;
            using (await options.StepAsync(tenant, cancel))
            {
                while (bytes < Buffered && (more = rows.MoveNext(cancel)))
                {
                    traces.Add(FoundTrace.Read(rows.Block, rows.Row, buffer));
                    bytes += traces[^1].Line.Length;
                }
            }
            yield return traces;
        }
    }
}
