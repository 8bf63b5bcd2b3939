using System.Buffers;
using System.IO.Compression;
using Akashi.Agent.Protocol;
using Akashi.Durability;
using Microsoft.Win32.SafeHandles;

namespace Akashi.Agent.Spooling;

/// <summary>
/// Turns a segment into a batch. Name and bytes follow from the segment alone (its id, its last line's time), so a crash between the two
/// files leads to the same batch again, never to a second one.
/// </summary>
internal static class BatchFile
{
    private const int PieceLength = 32 * 1024;

    /// <param name="segment">The file of lines.</param>
    /// <param name="length">How many of its bytes are intact.</param>
    /// <param name="lastLine">Time of the last of them.</param>
    public static BatchName Write(string folder, Tmid tmid, BatchId id, string segment, long length, DateTimeOffset lastLine)
    {
        var name = new BatchName(tmid, lastLine, id);
        DurableFile.Write(Path.Combine(folder, name.FileName), handle => Zip(handle, name, segment, length));
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

    /// <summary>In pieces: a whole segment in memory would stay resident.</summary>
    private static void Zip(SafeFileHandle handle, BatchName name, string segment, long length)
    {
        using var borrowed = new SafeFileHandle(handle.DangerousGetHandle(), ownsHandle: false);
        using var target = new FileStream(borrowed, FileAccess.Write, PieceLength);
        using var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
        var entry = archive.CreateEntry(name.EntryName, CompressionLevel.Fastest);
        // In one zone, so that the bytes are the same after a crash. Zip holds times from 1980; a terminal whose clock is wrong must still send.
        var time = name.SendTime.ToOffset(TimeSpan.FromHours(9));
        entry.LastWriteTime = time.Year is >= 1980 and < 2108 ? time : new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var stream = entry.Open();
        using var source = File.OpenHandle(segment);
        var piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        for (long offset = 0; offset < length;)
        {
            var read = RandomAccess.Read(source, piece.AsSpan(0, (int)Math.Min(piece.Length, length - offset)), offset);
            if (read == 0) throw new InvalidDataException($"Segment '{segment}' was cut by someone else at byte {offset}.");
            stream.Write(piece, 0, read);
            offset += read;
        }
        ArrayPool<byte>.Shared.Return(piece);
    }
}
