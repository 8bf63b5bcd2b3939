using System.IO.Compression;
using System.Text;

namespace Akashi.TestKit.Terminals;

/// <summary>One entry as it stands in the file; everything may lie.</summary>
/// <param name="Name">In the directory and, unless <paramref name="LocalName"/> differs, before the data.</param>
/// <param name="Data">The packed bytes.</param>
/// <param name="Size">Declared unpacked size.</param>
public sealed record HostileEntry(string Name, byte[] Data, uint Crc, uint Size)
{
    public string? LocalName { get; init; }

    public ushort Method { get; init; } = 8;

    public ushort Flags { get; init; }

    /// <summary>Declared packed size; the true one when null.</summary>
    public uint? PackedSize { get; init; }

    public byte[] Extra { get; init; } = [];

    public static HostileEntry Deflated(string name, byte[] content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(content);
        return new HostileEntry(name, packed.ToArray(), CrcOf(content), (uint)content.Length);
    }

    public static HostileEntry Stored(string name, byte[] content) => new(name, content, CrcOf(content), (uint)content.Length) { Method = 0 };

    /// <summary>Bit by bit, as ISO 3309 has it: independent of the code under test.</summary>
    public static uint CrcOf(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}

/// <summary>Writes zip files (PKWARE APPNOTE 6.3.10) that no library would write.</summary>
public static class HostileZip
{
    /// <param name="declaredEntries">Number in the end record; the true one when null.</param>
    public static byte[] Of(IReadOnlyList<HostileEntry> entries, ushort? declaredEntries = null, bool zip64 = false, long zip64Entries = 0)
    {
        using var target = new MemoryStream();
        using var writer = new BinaryWriter(target, Encoding.Latin1);
        var offsets = new uint[entries.Count];
        for (var i = 0; i < entries.Count; i++)
        {
            offsets[i] = (uint)target.Position;
            WriteLocal(writer, entries[i]);
        }
        var directory = (uint)target.Position;
        for (var i = 0; i < entries.Count; i++) WriteCentral(writer, entries[i], offsets[i]);
        var size = (uint)target.Position - directory;
        if (zip64) WriteZip64End(writer, zip64Entries, size, directory);
        var count = declaredEntries ?? (ushort)entries.Count;
        writer.Write(0x06054B50u);
        writer.Write((uint)0); // this disk, disk of the directory
        writer.Write(count);
        writer.Write(count);
        writer.Write(size);
        writer.Write(directory);
        writer.Write((ushort)0);
        return target.ToArray();
    }

    /// <summary>Packed zeros: one block of 1 MiB that ends on a byte boundary, repeated; about 1 KB for each MiB.</summary>
    public static byte[] DeflatedZeros(long bytes)
    {
        const int block = 1 << 20;
        using var once = new MemoryStream();
        using var deflate = new DeflateStream(once, CompressionLevel.SmallestSize, leaveOpen: true);
        deflate.Write(new byte[block]);
        deflate.Flush();
        var repeated = once.ToArray();
        using var all = new MemoryStream();
        for (long written = 0; written < bytes; written += block) all.Write(repeated);
        all.Write([0x03, 0x00]); // an empty last block
        return all.ToArray();
    }

    private static void WriteLocal(BinaryWriter writer, HostileEntry entry)
    {
        var name = Encoding.Latin1.GetBytes(entry.LocalName ?? entry.Name);
        writer.Write(0x04034B50u);
        writer.Write((ushort)20);
        WriteFacts(writer, entry);
        writer.Write((ushort)name.Length);
        writer.Write((ushort)entry.Extra.Length);
        writer.Write(name);
        writer.Write(entry.Extra);
        writer.Write(entry.Data);
    }

    private static void WriteCentral(BinaryWriter writer, HostileEntry entry, uint offset)
    {
        var name = Encoding.Latin1.GetBytes(entry.Name);
        writer.Write(0x02014B50u);
        writer.Write((ushort)20);
        writer.Write((ushort)20);
        WriteFacts(writer, entry);
        writer.Write((ushort)name.Length);
        writer.Write((ushort)entry.Extra.Length);
        writer.Write((ushort)0);
        writer.Write((ushort)0);
        writer.Write((ushort)0);
        writer.Write((uint)0);
        writer.Write(offset);
        writer.Write(name);
        writer.Write(entry.Extra);
    }

    private static void WriteFacts(BinaryWriter writer, HostileEntry entry)
    {
        writer.Write(entry.Flags);
        writer.Write(entry.Method);
        writer.Write((uint)0x5A210000); // 2025/01/01
        writer.Write(entry.Crc);
        writer.Write(entry.PackedSize ?? (uint)entry.Data.Length);
        writer.Write(entry.Size);
    }

    private static void WriteZip64End(BinaryWriter writer, long entries, uint size, uint directory)
    {
        var at = writer.BaseStream.Position;
        writer.Write(0x06064B50u);
        writer.Write(44L);
        writer.Write((ushort)45);
        writer.Write((ushort)45);
        writer.Write(0L);
        writer.Write(entries);
        writer.Write(entries);
        writer.Write((long)size);
        writer.Write((long)directory);
        writer.Write(0x07064B50u);
        writer.Write(0u);
        writer.Write(at);
        writer.Write(1u);
    }
}
