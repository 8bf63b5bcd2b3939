using System.IO.Compression;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.TestKit.Terminals;
using Akashi.Traces.Receive;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Receive;

public sealed class BatchZipTests
{
    internal static readonly BatchName Name = BatchName.Parse("0f8c2a54-77aa-4c1e-9d1c-3b3f0d6f2a11_202611211200000-0123456789abcdef0123456789abcdef.zip");
    internal static readonly byte[] Log = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(i => $"11/21/2026 12:00:00.{i:000} +0900 evt=ps subEvt=start sn={i} cmd=\"日本語 {i * 7919}\"\n")));

    private static string? Code(ReadOnlyMemory<byte> zip) => BatchZip.ReadLog(zip, Name).Failure?.Code;

    private static byte[] Library(byte[] log, CompressionLevel level)
    {
        using var target = new MemoryStream();
        using (var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(Name.EntryName, level).Open();
            entry.Write(log);
        }
        return target.ToArray();
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void ReadLog_ZipOfALibrary_GivesTheLog(CompressionLevel level)
    {
        var outcome = BatchZip.ReadLog(Library(Log, level), Name);
        Assert.True(outcome.TryGet(out var log, out var failure), failure?.English);
        Assert.Equal(Log, log);
        Assert.True(BatchZip.ReadSize(Library(Log, level), Name).TryGet(out var size, out _));
        Assert.Equal(Log.Length, size);
    }

    [Fact]
    public void ReadLog_EmptyLog_IsSound()
    {
        Assert.True(BatchZip.ReadLog(Library([], CompressionLevel.Fastest), Name).TryGet(out var log, out _));
        Assert.Empty(log);
    }

    [Fact]
    public void ReadLog_HighestRatioOfDeflate_IsSound()
    {
        var zeros = new byte[32 << 20];
        Assert.True(BatchZip.ReadLog(Library(zeros, CompressionLevel.SmallestSize), Name).TryGet(out var log, out var failure), failure?.English);
        Assert.Equal(zeros.Length, log.Length);
    }

    [Fact]
    public void ReadLog_CommentBehindTheEnd_IsSound()
    {
        byte[] zip = [.. Library(Log, CompressionLevel.Fastest), .. "hello"u8];
        zip[^7] = 5; // length of the comment
        Assert.Null(Code(zip));
    }

    [Fact]
    public void ReadLog_CutAtEveryLength_IsRefused()
    {
        var zip = Library(Log, CompressionLevel.Fastest);
        for (var length = 0; length < zip.Length; length++) Assert.StartsWith("zip-", Code(zip.AsMemory(0, length)), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadLog_EachBitFlipped_IsRefusedOrGivesTheSameLog()
    {
        var original = Library(Log, CompressionLevel.Fastest);
        var refused = 0;
        for (var bit = 0; bit < original.Length * 8; bit++)
        {
            var zip = original.ToArray();
            zip[bit / 8] ^= (byte)(1 << (bit % 8));
            if (!BatchZip.ReadLog(zip, Name).TryGet(out var log, out _)) refused++;
            else Assert.Equal(Log, log);
        }
        Assert.True(refused > original.Length * 4, $"only {refused} of {original.Length * 8} flips were noticed");
    }

    [Theory]
    [InlineData("zip-entries")]
    [InlineData("zip-entry-name")]
    [InlineData("zip-encrypted")]
    [InlineData("zip-method")]
    [InlineData("zip-crc")]
    [InlineData("zip-bomb")]
    [InlineData("zip-size")]
    [InlineData("zip-damaged")]
    public void ReadLog_OneThingWrong_SaysWhich(string code)
    {
        var entry = HostileEntry.Deflated(Name.EntryName, Log);
        var wrong = code switch
        {
            "zip-entry-name" => entry with { Name = "x" },
            "zip-encrypted" => entry with { Flags = 1 },
            "zip-method" => entry with { Method = 12 },
            "zip-crc" => entry with { Crc = entry.Crc ^ 1 },
            "zip-bomb" => entry with { Size = BatchZip.MaximumLogBytes + 1 },
            "zip-size" => entry with { Size = entry.Size + 1 },
            "zip-damaged" => entry with { Data = [.. Enumerable.Repeat((byte)0xFF, 100)] },
            _ => entry,
        };
        var zip = code == "zip-entries" ? HostileZip.Of([entry, entry]) : HostileZip.Of([wrong]);
        Assert.Equal(code, Code(zip));
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData((uint)int.MaxValue)]
    [InlineData((uint)int.MaxValue + 1)]
    public void ReadLog_ExtremeNumbers_AreRefusedWithoutAnOverflow(uint number)
    {
        var entry = HostileEntry.Deflated(Name.EntryName, Log);
        var sound = HostileZip.Of([entry]);
        foreach (var wrong in new[] { entry with { Size = number }, entry with { PackedSize = number }, entry with { PackedSize = number, Size = number } })
            Assert.StartsWith("zip-", Code(HostileZip.Of([wrong])), StringComparison.Ordinal);
        // Every field of the end record and of the directory header in turn.
        for (var at = sound.Length - 22 - 46 - Name.EntryName.Length; at <= sound.Length - 4; at++)
        {
            var zip = sound.ToArray();
            BitConverter.TryWriteBytes(zip.AsSpan(at), number);
            if (BatchZip.ReadLog(zip, Name).TryGet(out var log, out _)) Assert.Equal(Log, log);
        }
    }

    [Fact]
    public void ReadLog_RandomBytes_AreRefused() => Seeded.Repeat(seeded => Assert.StartsWith("zip-", Code(seeded.Bytes(seeded.Next(2000))), StringComparison.Ordinal), seconds: 1);
}
