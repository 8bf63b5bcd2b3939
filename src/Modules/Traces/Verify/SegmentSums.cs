using Akashi.Platform.Calendar;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Verify;

/// <summary>Fingerprints of the lines in a segment, by batch.</summary>
internal static class SegmentSums
{
    /// <param name="before">Only lines filed under an earlier day; null for all.</param>
    public static void Add(SegmentReader reader, Dictionary<(string Tmid, string Batch), LineSum> sums, JstDay? before = null)
    {
        var line = new ByteWriter();
        for (var number = 0; number < reader.Directory.Blocks.Length; number++)
        {
            using var block = new BlockReader(reader, number);
            for (var row = 0; row < block.Rows; row++)
            {
                var source = reader.Directory.Batches[block.Meta.Batch(row)];
                if (before is not null && FilingDay.Of(block.Times[row], block.Meta.Flags(row), source.Received) >= before) continue;
                line.Clear();
                block.AppendLine(row, line);
                var key = (source.Tmid.ToString(), source.Batch.ToString());
                sums[key] = sums.GetValueOrDefault(key).Add(block.Meta.Line(row), line.Written, block.Meta.End(row));
            }
        }
    }
}
