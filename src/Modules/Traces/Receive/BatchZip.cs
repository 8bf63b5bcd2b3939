using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Platform.Errors;

namespace Akashi.Traces.Receive;

/// <param name="Lines">An unfinished one at the end counts.</param>
internal readonly record struct LogSize(int Bytes, long Lines);

/// <summary>
/// Reads the one log out of a batch (PKWARE APPNOTE 6.3.10). Strict: exactly one entry of exactly the expected name, stored or deflated,
/// sizes and CRC as declared. Work is bounded by the declared sizes before anything is unpacked.
/// </summary>
internal static class BatchZip
{
    public const int MaximumZipBytes = 64 << 20;
    public const int MaximumLogBytes = 256 << 20;

    private const uint LocalHeader = 0x04034B50;
    private const uint CentralHeader = 0x02014B50;
    private const uint EndOfDirectory = 0x06054B50;
    private const int LocalHeaderSize = 30;
    private const int CentralHeaderSize = 46;
    private const int EndSize = 22;
    private const ushort Encrypted = 1;
    private const ushort Stored = 0;
    private const ushort Deflated = 8;

    /// <summary>Fits into a processor's second-level cache.</summary>
    private const int Window = 64 << 10;

    /// <summary>Deflate cannot pack more tightly: 258 bytes in two bits (RFC 1951 §3.2.5).</summary>
    private const int HighestRatio = 1032;

    private readonly record struct Entry(ushort Flags, ushort Method, uint Crc, uint PackedSize, uint Size, int Offset);

    /// <summary>Unpacks a batch to see whether it is sound, and keeps nothing of it.</summary>
    /// <returns>What its log has; a failure names what is wrong with the zip.</returns>
    public static Outcome<LogSize> Check(ReadOnlyMemory<byte> zip, BatchName name)
    {
        var window = ArrayPool<byte>.Shared.Rent(Window);
        try
        {
            return Unpack(zip, name, _ => window);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    /// <returns>The unpacked log; a failure names what is wrong with the zip.</returns>
    public static Outcome<BatchLog> ReadLog(ReadOnlyMemory<byte> zip, BatchName name)
    {
        BatchLog? log = null;
        if (Unpack(zip, name, size => (log = new BatchLog(size)).Array).TryGet(out _, out var failure)) return log!;
        log?.Dispose();
        return failure;
    }

    /// <summary>The first bytes of the log of a sound batch.</summary>
    public static byte[] Beginning(ReadOnlyMemory<byte> zip, BatchName name, int most)
    {
        if (!FindEntry(zip.Span, name.EntryName).TryGet(out var entry, out _) || !FindData(zip, entry, name.EntryName).TryGet(out var packed, out _)) return [];
        var beginning = new byte[Math.Min(most, entry.Size)];
        using var stream = Open(packed, entry.Method);
        return beginning[..stream.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false)];
    }

    /// <param name="arrayFor">Asked once, with the size that the log says it has. An array with less room is filled again and again.</param>
    private static Outcome<LogSize> Unpack(ReadOnlyMemory<byte> zip, BatchName name, Func<int, byte[]> arrayFor)
    {
        if (!FindEntry(zip.Span, name.EntryName).TryGet(out var entry, out var failure)) return failure;
        if (!FindData(zip, entry, name.EntryName).TryGet(out var packed, out failure)) return failure;
        try
        {
            return Unpack(packed, entry, arrayFor((int)entry.Size));
        }
        catch (InvalidDataException)
        {
            return new ZipRefused("damaged", "圧縮データが壊れています。", "its compressed data is damaged.");
        }
    }

    /// <summary>A stretch is summed up while it is still near the processor.</summary>
    private static Outcome<LogSize> Unpack(ReadOnlyMemory<byte> packed, Entry entry, byte[] into)
    {
        using var stream = Open(packed, entry.Method);
        var (crc, bytes, lines, last) = (new Crc32(), 0, 0L, (byte)'\n');
        while (bytes < entry.Size)
        {
            var at = into.Length >= entry.Size ? bytes : 0;
            var stretch = into.AsSpan(at, (int)Math.Min(Window, entry.Size - bytes));
            stretch = stretch[..stream.ReadAtLeast(stretch, stretch.Length, throwOnEndOfStream: false)];
            if (stretch.IsEmpty) break;
            crc.Append(stretch);
            lines += stretch.Count((byte)'\n');
            last = stretch[^1];
            bytes += stretch.Length;
        }
        if (bytes != entry.Size || stream.ReadByte() >= 0) return new ZipRefused("size", $"展開した大きさが宣言の {entry.Size:N0} バイトと一致しません。", $"it does not unpack to the declared {entry.Size} bytes.");
        if (crc.Value != entry.Crc) return new ZipRefused("crc", "CRC が一致しません (破損)。", "its CRC does not match (damaged).");
        return new LogSize(bytes, last == '\n' ? lines : lines + 1);
    }

    private static Stream Open(ReadOnlyMemory<byte> packed, ushort method)
    {
        var bytes = MemoryMarshal.TryGetArray(packed, out var array) ? array : new ArraySegment<byte>(packed.ToArray());
        var stream = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        return method == Stored ? stream : new DeflateStream(stream, CompressionMode.Decompress);
    }

    private static Outcome<Entry> FindEntry(ReadOnlySpan<byte> zip, string expectedName)
    {
        var end = FindEnd(zip);
        if (end < 0) return new ZipRefused("truncated", "終端がありません (途中で切れています)。", "its end is missing (cut short).");
        var record = zip[end..];
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        if (entries != 1 || BinaryPrimitives.ReadUInt16LittleEndian(record[8..]) != 1)
            return new ZipRefused("entries", $"ファイルが {entries} 個入っています。1 個だけ入れてください。", $"it holds {entries} entries; it must hold exactly one.");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) != 0 || size < CentralHeaderSize || (ulong)offset + size != (ulong)end)
            return new ZipRefused("directory", "目次の位置が正しくありません。", "its directory lies at a wrong place.");

        var header = zip.Slice((int)offset, (int)size);
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[30..]);
        var commentLength = BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != CentralHeader || CentralHeaderSize + nameLength + extraLength + commentLength != header.Length)
            return new ZipRefused("directory", "目次が壊れています。", "its directory is damaged.");
        if (!header.Slice(CentralHeaderSize, nameLength).SequenceEqual(Encoding.ASCII.GetBytes(expectedName)))
            return new ZipRefused("entry-name", $"中のファイル名が「{expectedName}」ではありません。", $"the entry in it is not named '{expectedName}'.");
        return new Entry(
            Flags: BinaryPrimitives.ReadUInt16LittleEndian(header[8..]),
            Method: BinaryPrimitives.ReadUInt16LittleEndian(header[10..]),
            Crc: BinaryPrimitives.ReadUInt32LittleEndian(header[16..]),
            PackedSize: BinaryPrimitives.ReadUInt32LittleEndian(header[20..]),
            Size: BinaryPrimitives.ReadUInt32LittleEndian(header[24..]),
            Offset: (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(header[42..]), int.MaxValue));
    }

    /// <summary>Offset of the end record, or -1. A comment may follow it, and its length must reach exactly to the file's end.</summary>
    private static int FindEnd(ReadOnlySpan<byte> zip)
    {
        var lowest = Math.Max(0, zip.Length - EndSize - ushort.MaxValue);
        for (var at = zip.Length - EndSize; at >= lowest; at--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(zip[at..]) == EndOfDirectory
                && at + EndSize + BinaryPrimitives.ReadUInt16LittleEndian(zip[(at + 20)..]) == zip.Length) return at;
        }
        return -1;
    }

    private static ZipRefused? CheckSize(Entry entry)
    {
        if (entry.Size > MaximumLogBytes) return new ZipRefused("bomb", $"展開後 {entry.Size:N0} バイトは上限 {MaximumLogBytes:N0} バイトを超えています。", $"it unpacks to {entry.Size} bytes, above the limit of {MaximumLogBytes}.");
        return entry.Size > ((long)entry.PackedSize + 1) * HighestRatio
            ? new ZipRefused("size", $"{entry.PackedSize:N0} バイトから {entry.Size:N0} バイトは展開できません。", $"{entry.PackedSize} bytes cannot unpack to {entry.Size}.")
            : null;
    }

    private static Outcome<ReadOnlyMemory<byte>> FindData(ReadOnlyMemory<byte> zip, Entry entry, string expectedName)
    {
        if ((entry.Flags & Encrypted) != 0) return new ZipRefused("encrypted", "暗号化されています。", "it is encrypted.");
        if (entry.Method is not (Stored or Deflated)) return new ZipRefused("method", $"圧縮方式 {entry.Method} は使えません。", $"compression method {entry.Method} is not accepted; use stored or deflate.");
        if (CheckSize(entry) is { } refusal) return refusal;
        if ((long)entry.Offset + LocalHeaderSize > zip.Length) return new ZipRefused("truncated", "中のファイルの先頭がありません。", "the entry begins behind the end.");
        var local = zip.Span[entry.Offset..];
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(local[26..]);
        var skip = LocalHeaderSize + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(local) != LocalHeader || skip + (long)entry.PackedSize > local.Length)
            return new ZipRefused("truncated", "中のファイルが途中で切れています。", "the entry is cut short.");
        // Two names for one entry is how archives smuggle paths past a check.
        if (!local.Slice(LocalHeaderSize, nameLength).SequenceEqual(Encoding.ASCII.GetBytes(expectedName)))
            return new ZipRefused("entry-name", "目次と中身のファイル名が一致しません。", "directory and entry name the file differently.");
        return zip.Slice(entry.Offset + skip, (int)entry.PackedSize);
    }
}
