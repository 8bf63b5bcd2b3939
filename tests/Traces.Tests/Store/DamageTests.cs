using System.Text;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Store.Writing;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Store;

public class DamageTests
{
    [Fact]
    public void Read_OneBitFlippedAnywhere_IsNamedOrHarmless()
    {
        using var store = Small(out var segment, out var good, out var lines);
        var chance = new Seeded(42);
        for (var at = 0; at < good.Length; at++)
        {
            var bad = good.ToArray();
            bad[at] ^= (byte)(1 << chance.Next(8));
            File.WriteAllBytes(store.PathOf(segment), bad);
            // Every bit is covered: each byte belongs to a chunk, the header, the directory or the trailer, and reading all touches all.
            var damage = Assert.Throws<SegmentDamagedException>(() => ReadAll(store, segment)).Damage;
            Assert.Equal(segment.Id, damage.SegmentId);
            Assert.Equal(segment.FileName, damage.File);
            Assert.NotEmpty(damage.Column);
        }
        File.WriteAllBytes(store.PathOf(segment), good);
        Assert.Equal(lines, ReadAll(store, segment));
    }

    [Fact]
    public void Read_TruncatedAnywhere_IsNamed()
    {
        using var store = Small(out var segment, out var good, out _);
        for (var length = 0; length < good.Length; length++)
        {
            File.WriteAllBytes(store.PathOf(segment), good.AsSpan(0, length));
            Assert.Throws<SegmentDamagedException>(() => ReadAll(store, segment));
        }
        File.WriteAllBytes(store.PathOf(segment), [.. good, 0]);
        Assert.Throws<SegmentDamagedException>(() => ReadAll(store, segment));
    }

    [Fact]
    public void Read_BytesScrambled_IsNamed() => Seeded.Repeat(chance =>
    {
        using var store = Small(out var segment, out var good, out _);
        for (var round = 0; round < 50; round++)
        {
            var bad = good.ToArray();
            for (var edits = 1 + chance.Next(4); edits > 0; edits--)
            {
                var (from, to, count) = (chance.Next(bad.Length), chance.Next(bad.Length), 1 + chance.Next(200));
                good.AsSpan(from, Math.Min(count, Math.Min(bad.Length - from, bad.Length - to))).CopyTo(bad.AsSpan(to));
            }
            if (bad.AsSpan().SequenceEqual(good)) continue;
            File.WriteAllBytes(store.PathOf(segment), bad);
            Assert.Throws<SegmentDamagedException>(() => ReadAll(store, segment));
        }
    });

    [Fact]
    public void Read_DamagedColumn_NamesBlockAndColumnAndEndsTheSearch()
    {
        using var store = Small(out var segment, out var good, out _);
        var reader = store.Open(segment);
        var key = Array.IndexOf(reader.KeyNames, "cmd");
        var chunk = reader.Directory.Blocks[1].Find(ColumnIds.Entries(key))!.Value;
        reader.Dispose();
        good[chunk.Offset] ^= 1;
        File.WriteAllBytes(store.PathOf(segment), good);
        var query = new TraceQuery(new FieldLike("cmd", WildcardPattern.TryCreate([PatternPart.Any, PatternPart.Literal("x")])!));
        var damage = Assert.Throws<SegmentDamagedException>(() => Ask.Count(store.Tenant, store.OpenAll(), query, SearchOptions.Default, CancellationToken.None)).Damage;
        Assert.Equal((1, "cmd"), (damage.Block, damage.Column));
        Assert.Contains(segment.Id.ToString("N"), damage.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AnotherTenantKeySegmentOrVersion_IsNamed()
    {
        using var store = Small(out var segment, out var good, out _);
        var path = store.PathOf(segment);
        Assert.Contains("another tenant", Reason(TenantId.New(TimeProvider.System), segment.Id, store.KeyOf(segment.Id)), StringComparison.Ordinal);
        Assert.Contains("the key is another", Reason(store.Tenant, segment.Id, new byte[32]), StringComparison.Ordinal);
        Assert.Contains("it is segment", Reason(store.Tenant, Guid.CreateVersion7(DateTimeOffset.UnixEpoch), store.KeyOf(segment.Id)), StringComparison.Ordinal);
        good[8]++;
        File.WriteAllBytes(path, good);
        Assert.Contains($"format version {SegmentFormat.Version + 1} is unknown", Reason(store.Tenant, segment.Id, store.KeyOf(segment.Id)), StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => SegmentReader.Open(store.Tenant, path + "x", segment.Id, store.KeyOf(segment.Id)));

        string Reason(TenantId tenant, Guid id, byte[] key) => Assert.Throws<SegmentDamagedException>(() => SegmentReader.Open(tenant, path, id, key)).Damage.Reason;
    }

    [Fact]
    public void Merge_DamagedSource_WritesNothing()
    {
        using var store = Small(out var segment, out var good, out _);
        good[SegmentHeader.Length + 5] ^= 1;
        File.WriteAllBytes(store.PathOf(segment), good);
        Assert.Throws<SegmentDamagedException>(() => new SegmentMerger(TimeProvider.System).Merge(store.Tenant, store.Folder, [store.Open(segment)], store.KeyOf, CancellationToken.None));
        Assert.Equal([store.PathOf(segment)], Directory.EnumerateFiles(store.Folder));
    }

    private static TestSegments Small(out SegmentInfo segment, out byte[] bytes, out List<string> lines)
    {
        var store = new TestSegments { Form = new SegmentForm(1, 8) };
        segment = Assert.Single(store.WriteLines(
            [.. Enumerable.Range(0, 20).Select(i => $"02/01/2026 20:00:00.{i:000} +0900 evt=ps sn={i} cmd=\"start {i % 3} {new string('y', 60)}\" path=\"C:\\{i}\""), "02/01/2026 11:00:01.000 -0000 kept=verbatim", "02/01/2026 11:00:02.000 -0000 a=1"]));
        bytes = File.ReadAllBytes(store.PathOf(segment));
        lines = ReadAll(store, segment);
        Assert.Equal(22, lines.Count);
        return store;
    }

    /// <summary>Touches every chunk: all lines, and the whole index.</summary>
    private static List<string> ReadAll(TestSegments store, SegmentInfo segment)
    {
        using var reader = SegmentReader.Open(store.Tenant, store.PathOf(segment), segment.Id, store.KeyOf(segment.Id));
        reader.Index.ReadAll();
        return [.. Ask.Export(store.Tenant, [reader], new TraceQuery(new AllTraces())).Select(trace => Encoding.UTF8.GetString(trace.Line))];
    }
}
