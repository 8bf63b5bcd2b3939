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

    /// <returns>Why the zip is refused; null when it is not. Both ways of reading it must agree.</returns>
    internal static string? Code(ReadOnlyMemory<byte> zip)
    {
        _ = Read(zip, out var code);
        return code;
    }

    internal static byte[]? Read(ReadOnlyMemory<byte> zip, out string? code)
    {
        var check = BatchZip.Check(zip, Name);
        var isSound = BatchZip.ReadLog(zip, Name).TryGet(out var log, out var failure);
        using var held = log;
        code = failure?.Code;
        Assert.Equal(code, check.Failure?.Code);
        if (!isSound) return null;
        var bytes = log!.Bytes.ToArray();
        Assert.True(check.TryGet(out var size, out _));
        Assert.Equal(new LogSize(bytes.Length, bytes.AsSpan().Count((byte)'\n') + (bytes is [.., not (byte)'\n'] ? 1 : 0)), size);
        Assert.Equal(bytes[..Math.Min(bytes.Length, 100)], BatchZip.Beginning(zip, Name, 100));
        return bytes;
    }

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
        Assert.Equal(Log, Read(Library(Log, level), out _));
    }

    [Fact]
    public void ReadLog_EmptyLog_IsSound()
    {
        Assert.Equal(0, Read(Library([], CompressionLevel.Fastest), out _)?.Length);
    }

    [Fact]
    public void ReadLog_HighestRatioOfDeflate_IsSound()
    {
        var zeros = new byte[32 << 20];
        Assert.Equal(zeros.Length, Read(Library(zeros, CompressionLevel.SmallestSize), out _)?.Length);
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
            if (Read(zip, out _) is not { } log) refused++;
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
            if (Read(zip, out _) is { } log) Assert.Equal(Log, log);
        }
    }

    [Fact]
    public void ReadLog_RandomBytes_AreRefused() => Seeded.Repeat(seeded => Assert.StartsWith("zip-", Code(seeded.Bytes(seeded.Next(2000))), StringComparison.Ordinal), seconds: 1);

    /// <summary>Every way of taking steps gives what a bit at a time does (ISO 3309).</summary>
    [Fact]
    public void Append_InAnyStretches_IsTheSumOfTheWhole() => Seeded.Repeat(chance =>
    {
        var data = chance.Bytes(chance.Next(2000));
        var crc = new Crc32();
        for (var at = 0; at < data.Length;)
        {
            var length = Math.Min(data.Length - at, 1 + chance.Next(chance.Chance(50) ? 20 : 500));
            crc.Append(data.AsSpan(at, length));
            at += length;
        }
        var expected = uint.MaxValue;
        foreach (var value in data)
        {
            expected ^= value;
            for (var bit = 0; bit < 8; bit++) expected = (expected & 1) != 0 ? (expected >> 1) ^ 0xEDB88320 : expected >> 1;
        }
        Assert.Equal(~expected, crc.Value);
    });

    [Fact]
    public void Of_TheCheckValue_IsThatOfTheStandard() => Assert.Equal(0xCBF43926, Crc32.Of("123456789"u8));
}
