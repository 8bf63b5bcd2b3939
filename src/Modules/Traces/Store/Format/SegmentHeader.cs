using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Akashi.Platform.Calendar;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Store.Format;

/// <summary>The plain first 64 bytes of a segment file. They are authenticated together with the directory.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SegmentHeader(ushort Version, Guid Tenant, Guid Segment, DayRange Days)
{
    public const int Length = 64;
    /// <summary>The file key is derived from the tenant's data key with HKDF-SHA-256 and the segment id; by whom is the keeper's business.</summary>
    private const byte KeyDerivation = 1;
    private static ReadOnlySpan<byte> Magic => "AKSEGMT\n"u8;

    public static byte[] Write(TenantId tenant, Guid segment, DayRange days)
    {
        var bytes = new byte[Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), SegmentFormat.Version);
        bytes[10] = KeyDerivation;
        tenant.Value.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        segment.TryWriteBytes(bytes.AsSpan(32), bigEndian: true, out _);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(48), days.First.Date.DayNumber);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(52), days.Last.Date.DayNumber);
        return bytes;
    }

    /// <exception cref="InvalidDataException">This is no segment, or one that only a newer program reads.</exception>
    public static SegmentHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic)) throw new InvalidDataException("the file does not begin like a segment.");
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (version is 0 or > SegmentFormat.Version) throw new InvalidDataException($"format version {version} is unknown; this program reads up to {SegmentFormat.Version}.");
        if (bytes[10] != KeyDerivation) throw new InvalidDataException($"key derivation {bytes[10]} is unknown.");
        var (first, last) = (BinaryPrimitives.ReadInt32LittleEndian(bytes[48..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[52..]));
        if (first < 0 || last < first || last > DateOnly.MaxValue.DayNumber) throw new InvalidDataException($"days from number {first} to {last} are impossible.");
        return new SegmentHeader(version, new Guid(bytes[16..32], bigEndian: true), new Guid(bytes[32..48], bigEndian: true),
            new DayRange(new JstDay(DateOnly.FromDayNumber(first)), new JstDay(DateOnly.FromDayNumber(last))));
    }
}

/// <summary>The plain last 64 bytes: where the directory lies and what it hashes to.</summary>
internal readonly record struct SegmentTrailer(long Offset, int Stored, int Decoded, byte[] Hash)
{
    public const int Length = 64;
    private static ReadOnlySpan<byte> Magic => "AKSEGEND"u8;

    public byte[] Write()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Offset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Stored);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Decoded);
        Hash.CopyTo(bytes, 16);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(48), 0);
        Magic.CopyTo(bytes.AsSpan(56));
        return bytes;
    }

    /// <exception cref="InvalidDataException">The trailer contradicts itself or the file's length.</exception>
    public static SegmentTrailer Read(ReadOnlySpan<byte> bytes, long fileLength)
    {
        if (!bytes[56..].SequenceEqual(Magic) || BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]) != 0) throw new InvalidDataException("the file does not end like a segment.");
        var offset = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var stored = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var decoded = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (stored < SegmentFormat.TagBytes || decoded is < 0 or > SegmentFormat.MaxChunkBytes) throw new InvalidDataException($"a directory of {stored} bytes for {decoded} is impossible.");
        if (offset < SegmentHeader.Length || offset != fileLength - Length - stored) throw new InvalidDataException($"a directory at {offset} does not end at the trailer.");
        return new SegmentTrailer(offset, stored, decoded, bytes.Slice(16, 32).ToArray());
    }
}
