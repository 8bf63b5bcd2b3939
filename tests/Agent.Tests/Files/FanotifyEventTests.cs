using System.Buffers.Binary;
using System.Text;
using Akashi.Agent.Files;

namespace Akashi.Agent.Tests.Files;

public sealed class FanotifyEventTests
{
    [Fact]
    public void TryRead_RenameWithHandles_EveryPart()
    {
        ReadOnlySpan<byte> buffer = (byte[])[.. Event(0x1000_0000, 42, Name(10, 1, "old"), Name(12, 2, "new"), Record(1, Handle(3))), .. Event(0x100, 7, Name(2, 1, "made"))];
        Assert.True(FanotifyEvent.TryRead(ref buffer, out var rename));
        Assert.Equal(FanotifyMask.Rename, rename.Mask);
        Assert.Equal(42, rename.Process);
        Assert.Equal("old", Encoding.UTF8.GetString(rename.At.Name));
        Assert.Equal("new", Encoding.UTF8.GetString(rename.MovedTo.Name));
        Assert.Equal(Handle(1), rename.At.Handle);
        Assert.Equal(Handle(2), rename.MovedTo.Handle);
        Assert.Equal(Handle(3), rename.Object);
        Assert.True(FanotifyEvent.TryRead(ref buffer, out var create));
        Assert.Equal("made", Encoding.UTF8.GetString(create.At.Name));
        Assert.True(create.MovedTo.IsEmpty);
        Assert.False(FanotifyEvent.TryRead(ref buffer, out _));
    }

    [Fact]
    public void TryRead_Overflow_HasNoPlace()
    {
        ReadOnlySpan<byte> buffer = Event(0x4000, 0);
        Assert.True(FanotifyEvent.TryRead(ref buffer, out var overflow));
        Assert.True(overflow.Mask.HasFlag(FanotifyMask.Overflow));
        Assert.True(overflow.At.IsEmpty);
    }

    [Fact]
    public void TryRead_HandleLongerThanRecord_IgnoredAndNextEventRead()
    {
        var record = Record(2, Handle(1));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12), 4000);
        ReadOnlySpan<byte> buffer = (byte[])[.. Event(0x100, 1, record), .. Event(0x200, 2, Name(2, 1, "next"))];
        Assert.True(FanotifyEvent.TryRead(ref buffer, out var first));
        Assert.True(first.At.IsEmpty);
        Assert.True(FanotifyEvent.TryRead(ref buffer, out var second));
        Assert.Equal(2, second.Process);
    }

    [Fact]
    public void TryRead_HostileBytes_EndsWithoutException() => SeededSource.Run(20_000, random =>
    {
        byte[] good = [.. Event(0x1000_0000, 42, Name(10, 1, "old"), Name(12, 2, "new"), Record(1, Handle(3))), .. Event(0x100, 7, Name(2, 1, "made"))];
        ReadOnlySpan<byte> buffer = random.Below(4) == 0 ? random.Bytes(random.Below(200)) : random.Damage(good);
        var rounds = 0;
        while (FanotifyEvent.TryRead(ref buffer, out var change))
        {
            Assert.True(++rounds < 100);
            Assert.True(change.At.Handle.Length is 0 or >= 16);
            Assert.True(change.Object.Length is 0 or >= 16);
        }
    });

    private static byte[] Event(ulong mask, int process, params byte[][] records)
    {
        byte[] body = [.. records.SelectMany(r => r)];
        var head = new byte[24];
        BinaryPrimitives.WriteInt32LittleEndian(head, 24 + body.Length);
        head[4] = 3;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(6), 24);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(8), mask);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), -1);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(20), process);
        return [.. head, .. body];
    }

    private static byte[] Name(byte type, byte handle, string name) => Record(type, [.. Handle(handle), .. Encoding.UTF8.GetBytes(name), 0]);

    private static byte[] Record(byte type, byte[] body)
    {
        var head = new byte[4];
        head[0] = type;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(2), (ushort)(4 + body.Length));
        return [.. head, .. body];
    }

    private static byte[] Handle(byte value) => [1, 2, 3, 4, 5, 6, 7, 8, 8, 0, 0, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0];
}
