using System.Buffers.Binary;

namespace Akashi.Agent.Files;

/// <summary>Event bits of fanotify(7).</summary>
[Flags]
internal enum FanotifyMask : ulong
{
    None = 0,
    CloseWrite = 0x8,
    Create = 0x100,
    Delete = 0x200,
    Overflow = 0x4000,
    Rename = 0x1000_0000,
    OnFolder = 0x4000_0000,
}

/// <summary>A folder's handle and a name in it; both are slices of the event.</summary>
/// <param name="Handle">File system id (8 bytes), then struct file_handle: bytes, type, handle. Also the key of the folder cache.</param>
internal readonly ref struct FanotifyName(ReadOnlySpan<byte> handle, ReadOnlySpan<byte> name)
{
    public ReadOnlySpan<byte> Handle { get; } = handle;
    public ReadOnlySpan<byte> Name { get; } = name;
    public bool IsEmpty => Handle.IsEmpty;
}

/// <summary>One decoded event. A record that does not fit its length ends the event: the rest of it is unknown, the next event is not.</summary>
internal ref struct FanotifyEvent
{
    private const int HeadLength = 24, RecordHeadLength = 4, HandleHeadLength = 16;
    private const byte Version = 3;
    private const int LongestHandle = 128;
    private const byte ObjectRecord = 1, NameRecord = 2, FolderRecord = 3, OldNameRecord = 10, NewNameRecord = 12;

    public FanotifyMask Mask;
    public int Process;
    /// <summary>Where it happened; for a rename where it was.</summary>
    public FanotifyName At;
    public FanotifyName MovedTo;
    /// <summary>Handle of the file or folder itself, in the form of <see cref="FanotifyName.Handle"/>.</summary>
    public ReadOnlySpan<byte> Object;

    /// <summary>Takes the first event off <paramref name="buffer"/>.</summary>
    /// <returns>False when there is none, or when the bytes cannot be an event (the buffer is then empty).</returns>
    public static bool TryRead(ref ReadOnlySpan<byte> buffer, out FanotifyEvent result)
    {
        result = default;
        if (buffer.Length < HeadLength) return End(ref buffer);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(buffer);
        var head = BinaryPrimitives.ReadUInt16LittleEndian(buffer[6..]);
        if (length < HeadLength || length > (uint)buffer.Length || head < HeadLength || head > length || buffer[4] != Version) return End(ref buffer);
        result.Mask = (FanotifyMask)BinaryPrimitives.ReadUInt64LittleEndian(buffer[8..]);
        result.Process = BinaryPrimitives.ReadInt32LittleEndian(buffer[20..]);
        var records = buffer[head..(int)length];
        while (records.Length >= RecordHeadLength)
        {
            var size = BinaryPrimitives.ReadUInt16LittleEndian(records[2..]);
            if (size < RecordHeadLength || size > records.Length) break;
            Take(ref result, records[0], records[RecordHeadLength..size]);
            records = records[size..];
        }
        buffer = buffer[(int)length..];
        return true;
    }

    private static void Take(ref FanotifyEvent result, byte type, ReadOnlySpan<byte> body)
    {
        if (type is not (ObjectRecord or NameRecord or FolderRecord or OldNameRecord or NewNameRecord) || body.Length < HandleHeadLength) return;
        var handle = BinaryPrimitives.ReadUInt32LittleEndian(body[8..]);
        if (handle > LongestHandle || HandleHeadLength + handle > body.Length) return;
        var key = body[..(HandleHeadLength + (int)handle)];
        var rest = body[key.Length..];
        var end = rest.IndexOf((byte)0);
        var name = end >= 0 ? rest[..end] : rest;
        if (type == ObjectRecord) result.Object = key;
        else if (type == NewNameRecord) result.MovedTo = new FanotifyName(key, name);
        else result.At = new FanotifyName(key, type == FolderRecord ? "."u8 : name);
    }

    private static bool End(ref ReadOnlySpan<byte> buffer)
    {
        buffer = default;
        return false;
    }
}
