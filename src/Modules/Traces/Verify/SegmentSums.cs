using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;

namespace Akashi.Traces.Verify;

/// <summary>Fingerprints of the lines in a segment, by batch.</summary>
internal static class SegmentSums
{
    public static void Add(SegmentReader reader, Dictionary<(string Tmid, string Batch), LineSum> sums)
    {
        var line = new ByteWriter();
        for (var number = 0; number < reader.Directory.Blocks.Length; number++)
        {
            using var block = new BlockReader(reader, number);
            for (var row = 0; row < block.Rows; row++)
            {
                line.Clear();
                block.AppendLine(row, line);
                var source = reader.Directory.Batches[block.Meta.Batch(row)];
                var key = (source.Tmid.ToString(), source.Batch.ToString());
                sums[key] = sums.GetValueOrDefault(key).Add(block.Meta.Line(row), line.Written, block.Meta.End(row));
            }
        }
    }
}
