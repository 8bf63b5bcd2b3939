using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Export;

/// <summary>Writes traces as the lines that they were.</summary>
internal static class LineExport
{
    private const int Buffered = 1 << 16;

    /// <summary>A line that had no terminator (the last of its log) gets LF if another follows, else lines would run together.</summary>
    /// <returns>Lines written.</returns>
    public static async Task<long> WriteAsync(IAsyncEnumerable<IReadOnlyList<FoundTrace>> rows, Stream output, CancellationToken cancel)
    {
        var buffer = new ByteWriter();
        var count = 0L;
        var end = LineEnd.Lf;
        await foreach (var traces in rows)
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
}
