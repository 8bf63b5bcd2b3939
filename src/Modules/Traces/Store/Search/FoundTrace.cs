using Akashi.Agent.Protocol;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Store.Search;

/// <summary>One stored trace.</summary>
/// <param name="Line">Exactly the bytes received, without the terminator.</param>
/// <param name="Time">Event time with the offset it was written with; for an unparsable line its receive time.</param>
/// <param name="Received">When its batch was received.</param>
internal sealed record FoundTrace(byte[] Line, LineEnd End, DateTimeOffset Time, LineFlags Flags, Tmid Tmid, BatchId Batch, int LineNumber, DateTimeOffset Received, TracePosition Position)
{
    public static FoundTrace Read(BlockReader block, int row, ByteWriter buffer)
    {
        buffer.Clear();
        block.AppendLine(row, buffer);
        var meta = block.Meta;
        var source = block.Segment.Directory.Batches[meta.Batch(row)];
        var time = new EventTime(block.Times[row], meta.OffsetMinutes(row)).ToDateTimeOffset();
        return new FoundTrace(buffer.Written.ToArray(), meta.End(row), time, meta.Flags(row), source.Tmid, source.Batch, meta.Line(row), source.Received,
            TracePosition.Of(block.Times[row], source, meta.Line(row)));
    }
}

/// <param name="Traces">In the order asked for; fewer than asked for at the end, and where their lines are long.</param>
/// <param name="Next">Where the next page begins; null when there is none.</param>
internal sealed record TracePage(IReadOnlyList<FoundTrace> Traces, TracePosition? Next);
