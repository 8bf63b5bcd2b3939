using System.Text;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Filters;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Store;

public class SegmentIndexTests
{
    [Fact]
    public void CertainIn_AnyPartOfAnyText_AreAmongTheTextsOwn() => Seeded.Repeat(chance =>
    {
        var seed = chance.Next64();
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, chance.Next(60)).Select(_ => chance.Pick(LineMaker.Values))));
        if (text.Length == 0) return;
        var own = new HashSet64();
        Grams.Add(text, seed, own);
        var (from, length) = (chance.Next(text.Length), 1 + chance.Next(40));
        var part = text.AsSpan(from, Math.Min(length, text.Length - from));
        var certain = Grams.CertainIn(part, seed);
        Assert.Equal(part.Length >= 8, certain.Length > 0);
        Assert.Subset(own.Items.ToArray().ToHashSet(), certain.ToHashSet());
    });

    [Fact]
    public void Find_TermsOfManyBlocks_AreFoundWhereTheyAreAndSeldomElsewhere() => Seeded.Repeat(chance =>
    {
        using var store = new TestSegments { Form = new Akashi.Traces.Store.Writing.SegmentForm(1, 16) };
        var blocks = 1 + chance.Next(60);
        var words = Enumerable.Range(0, 1 + chance.Next(400)).Select(i => $"w{chance.Next64():x}").ToArray();
        var rows = Enumerable.Range(0, blocks * 16).Select(_ => chance.Pick(words)).ToList();
        var segment = store.Open(Assert.Single(store.WriteLines(rows.Select((word, i) => $"02/01/2026 20:00:{i / 1000:00}.{i % 1000:000} +0900 a={word}"))));
        Assert.Equal(blocks, segment.Directory.Blocks.Length);
        foreach (var word in words)
        {
            var found = new RowSet(blocks);
            segment.Index.Find(TermHash.Word(Encoding.UTF8.GetBytes(word), segment.Index.Seed), found);
            var holders = rows.Index().Where(row => row.Item == word).Select(row => row.Index / 16).ToHashSet();
            Assert.All(holders, block => Assert.True(found[block]));
        }
        var wrong = Enumerable.Range(0, 2000).Count(i =>
        {
            var found = new RowSet(blocks);
            segment.Index.Find(TermHash.Word(Encoding.UTF8.GetBytes($"absent{i}"), segment.Index.Seed), found);
            return !found.IsEmpty;
        });
        Assert.InRange(wrong, 0, 60); // about one in 250
    }, 2);

    [Fact]
    public void Candidates_DigestsAndLongValues_AreFoundWithoutReadingOtherBlocks()
    {
        using var store = new TestSegments { Form = new Akashi.Traces.Store.Writing.SegmentForm(1, 16) };
        var chance = new Seeded(3);
        var digests = Enumerable.Range(0, 320).Select(_ => string.Concat(Enumerable.Range(0, 4).Select(_ => $"{chance.Next64():x16}"))).ToArray();
        var paths = Enumerable.Range(0, 320).Select(i => $"C:\\Program Files\\{chance.Next64():x16}\\a long way down\\to what is run {chance.Next64():x16}.exe").ToArray();
        var segment = store.Open(Assert.Single(store.WriteLines(digests.Zip(paths, (digest, path) => $"02/01/2026 20:00:00.000 +0900 sha256={digest.ToUpperInvariant()} path=\"{path}\" cmd=\"x {digest[..12]}\""))));
        Assert.Equal(20, segment.Directory.Blocks.Length);
        for (var i = 0; i < 320; i += 16)
        {
            AssertFew(i / 16, Candidates($"sha256:{digests[i]}"));
            AssertFew(i / 16, Candidates($"sha256:{digests[i][..10]}*"));
            AssertFew(i / 16, Candidates($"path:\"{paths[i]}\""));
            AssertFew(i / 16, Candidates($"cmd:*{digests[i][..12]}"));
            Assert.Contains(i / 16, Candidates($"sha256:*{digests[i][20..40]}*"));
            Assert.Contains(i / 16, Candidates($"/{digests[i][20..40]}/i"));
        }
        Assert.Empty(Candidates("cmd:*0123456789abcdef0123*"));

        // An absent term is taken for present once in a while.
        static void AssertFew(int block, List<int> candidates)
        {
            Assert.Contains(block, candidates);
            Assert.InRange(candidates.Count, 1, 4);
        }

        List<int> Candidates(string text)
        {
            Assert.True(QueryParser.TryParse(text, out var predicate, out _));
            var blocks = Matcher.Of(predicate).Candidates(new SegmentProbe(segment));
            return [.. Enumerable.Range(0, blocks.Size).Where(block => blocks[block])];
        }
    }

    [Fact]
    public void IntegerRanges_AnyValues_HoldEachAndComeBack() => Seeded.Repeat(chance =>
    {
        var scale = chance.Chance(20) ? long.MaxValue / 3 : 1 + chance.Next(1_000_000);
        var values = Enumerable.Range(0, 1 + chance.Next(300)).Select(_ => chance.Next(3) * scale + chance.Next(50) - 25).Append(chance.Chance(10) ? long.MinValue : 7).ToArray();
        var ranges = IntegerRanges.Of(values);
        var writer = new ByteWriter();
        ranges.Write(writer);
        var reader = new ByteReader(writer.Written);
        var read = IntegerRanges.Read(ref reader);
        Assert.Equal(ranges.Bounds, read.Bounds);
        Assert.InRange(read.Bounds.Length, 1, 8);
        Assert.All(values, value => Assert.True(read.MayHold(value)));
        Assert.False(IntegerRanges.Of([1, 2, 100, 101]).MayHold(50));
        Assert.False(IntegerRanges.Of([1, 2]).MayHold(3));
    });

    [Fact]
    public void BitPack_AnyNumbers_ComeBack() => Seeded.Repeat(chance =>
    {
        var width = 1 + chance.Next(31);
        var numbers = Enumerable.Range(0, chance.Next(100)).Select(_ => (int)(chance.Next64() & ((1UL << width) - 1))).ToArray();
        var writer = new ByteWriter();
        BitPack.Write(writer, numbers, width);
        for (var i = 0; i < numbers.Length; i++) Assert.Equal(numbers[i], BitPack.Read(writer.Written, i, width));
        var bits = new byte[chance.Next(40) + 1];
        foreach (var number in numbers) BitPack.Set(bits, (number & 0xFFFF) % (bits.Length * 8));
        var count = chance.Next(bits.Length * 8 + 1);
        Assert.Equal(Enumerable.Range(0, count).Count(i => BitPack.IsSet(bits, i)), BitPack.Rank(bits, count));
    }, 0.5);
}
