using Akashi.Traces.Query;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Filters;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Store;

/// <summary>
/// What was encrypted cannot be altered unnoticed; a faulty writer could still have encrypted nonsense. Every decoder answers altered bytes with an
/// <see cref="InvalidDataException"/>, in bounded memory, or with something that later steps can work with. Its seeds are segments of made lines.
/// </summary>
public class SegmentFuzzTests
{
    [Fact]
    public void Decode_AlteredChunks_RefusesOrGivesSomethingSound() => Seeded.Repeat(chance =>
    {
        using var store = new TestSegments { Form = new Akashi.Traces.Store.Writing.SegmentForm(1, 64) };
        store.Write((TestSegments.Batch(chance), TestSegments.Log(chance, 200)));
        var segment = store.Open(store.Segments[0]);
        var directory = segment.Directory;
        for (var round = 0; round < 300; round++)
        {
            var block = chance.Next(directory.Blocks.Length);
            var chunk = chance.Pick(directory.Blocks[block].Chunks);
            var bytes = Altered(chance, segment.Read(block, chunk).AsSpan(0, chunk.Decoded).ToArray());
            Try(() => Decode(chance, chunk.Column, bytes, directory.Blocks[block].Rows, directory));
        }
        for (var round = 0; round < 100; round++)
        {
            var part = directory.Index[0];
            var bytes = Altered(chance, segment.DecodePart(0, part, decoded => decoded.ToArray()));
            Try(() =>
            {
                var page = new IndexPage(bytes);
                for (var i = 0; i < 50; i++) page.Find(chance.Next64(), new RowSet(directory.Blocks.Length));
            });
            var whole = new ByteWriter();
            directory.Write(whole);
            bytes = Altered(chance, whole.Written.ToArray());
            Try(() => SegmentDirectory.Read(new ByteReader(bytes), directory.Index[^1].Offset + directory.Index[^1].Stored));
        }
    }, Seeded.FuzzSeconds);

    private static void Decode(Seeded chance, int column, byte[] bytes, int rows, SegmentDirectory directory)
    {
        switch (column)
        {
            case ColumnIds.Time:
                new BlockTimes(new ByteReader(bytes), rows, chance.Chance(50) ? 0 : long.MinValue / 2, chance.Chance(50) ? 1L << 30 : long.MaxValue / 2).Dispose();
                break;
            case ColumnIds.Meta:
                MetaBlock.Read(new ByteReader(bytes), rows, directory.Batches.Length);
                break;
            case ColumnIds.Shapes:
                ShapeBlock.Read(new ByteReader(bytes), rows, directory.Keys.Length);
                break;
            case ColumnIds.Heads:
                var reader = new ByteReader(bytes);
                while (reader.Remaining > 0) ColumnHead.Read(ref reader, directory.Keys.Length);
                break;
            default:
                var head = new ColumnHead(0, ColumnEncoding.Dictionary, rows, rows, 0, null, null);
                if (ColumnIds.IsEntries(column)) new ColumnValues(rows, bytes, bytes.Length, isPooled: false).Dispose();
                else
                {
                    var codes = new int[rows];
                    Try(() => CodeStream.Read(bytes, codes, rows));
                    new ColumnBlock(head, bytes).Dispose();
                }
                break;
        }
    }

    private static byte[] Altered(Seeded chance, byte[] bytes)
    {
        var altered = chance.Chance(20) ? bytes[..chance.Next(bytes.Length + 1)] : [.. bytes];
        for (var edits = chance.Next(4); edits >= 0 && altered.Length > 0; edits--)
            altered[chance.Next(altered.Length)] = chance.Chance(50) ? (byte)chance.Next(256) : (byte)(chance.Chance(50) ? 255 : 128);
        return altered;
    }

    private static void Try(Action decode)
    {
        try
        {
            decode();
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
        }
    }
}
