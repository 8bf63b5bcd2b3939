using System.IO.Compression;
using Akashi.Agent.Protocol;
using Akashi.Durability;

namespace Akashi.Agent.Spooling;

/// <summary>
/// Turns a segment into a batch. Name and bytes follow from the segment alone (its id, its last line's time), so a crash between the two
/// files leads to the same batch again, never to a second one.
/// </summary>
internal static class BatchFile
{
    public static BatchName Write(string folder, Tmid tmid, BatchId id, ReadOnlyMemory<byte> lines, int lastLineStart)
    {
        if (!SegmentReader.TryTime(lines.Span[lastLineStart..], out var time)) throw new InvalidDataException("A segment's last line has no time.");
        var name = new BatchName(tmid, time, id);
        DurableFile.Write(Path.Combine(folder, name.FileName), Zip(name, lines, time));
        return name;
    }

    /// <summary>Number of lines in a batch that is about to be given up.</summary>
    public static long CountLines(string path)
    {
        try
        {
            using var archive = ZipFile.OpenRead(path);
            using var lines = archive.Entries[0].Open();
            var buffer = new byte[64 * 1024];
            var count = 0L;
            while (lines.Read(buffer) is > 0 and var read) count += buffer.AsSpan(0, read).Count((byte)'\n');
            return count;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentOutOfRangeException)
        {
            return 1; // unreadable: at least the batch itself is counted
        }
    }

    private static ReadOnlyMemory<byte> Zip(BatchName name, ReadOnlyMemory<byte> lines, DateTimeOffset time)
    {
        using var target = new MemoryStream(lines.Length / 6 + 1024);
        using (var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            var entry = archive.CreateEntry(name.EntryName, CompressionLevel.Fastest);
            // Zip holds times from 1980; a terminal whose clock is wrong must still be able to send.
            entry.LastWriteTime = time.Year is >= 1980 and < 2108 ? time : new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var stream = entry.Open();
            stream.Write(lines.Span);
        }
        return target.GetBuffer().AsMemory(0, (int)target.Length);
    }
}
