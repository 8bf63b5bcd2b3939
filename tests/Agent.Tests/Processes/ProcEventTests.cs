using System.Buffers.Binary;
using Akashi.Agent.Processes;

namespace Akashi.Agent.Tests.Processes;

public sealed class ProcEventTests
{
    [Fact]
    public void TryRead_ForkExecExit_Decoded()
    {
        ReadOnlySpan<byte> buffer = (byte[])[.. Message(1, 10, 11, 20, 20), .. Message(0x40, 1, 1, 1, 1), .. Message(2, 21, 22, 0, 0), .. Message(unchecked((int)0x8000_0000), 31, 31, 0x100, 17)];
        Assert.True(ProcEvent.TryRead(ref buffer, out var fork));
        Assert.Equal(new ProcEvent(ProcEventKind.Fork, 20, 20, 11, 99, 0), fork);
        Assert.True(ProcEvent.TryRead(ref buffer, out var execute));
        Assert.Equal(new ProcEvent(ProcEventKind.Execute, 22, 21, 0, 99, 0), execute);
        Assert.True(ProcEvent.TryRead(ref buffer, out var exit));
        Assert.Equal(new ProcEvent(ProcEventKind.Exit, 31, 31, 0, 99, 0x100), exit);
        Assert.False(ProcEvent.TryRead(ref buffer, out _));
    }

    [Fact]
    public void TryRead_HostileBytes_EndsWithoutException() => SeededSource.Run(20_000, random =>
    {
        byte[] good = [.. Message(1, 10, 11, 20, 20), .. Message(2, 21, 22, 0, 0)];
        ReadOnlySpan<byte> buffer = random.Below(4) == 0 ? random.Bytes(random.Below(200)) : random.Damage(good);
        var rounds = 0;
        while (ProcEvent.TryRead(ref buffer, out var message))
        {
            Assert.True(++rounds < 100);
            Assert.True(message.Process > 0);
        }
    });

    [Fact]
    public void ExitCode_Table()
    {
        static void F(int status, int expected) => Assert.Equal(expected, WaitStatus.ExitCode(status));
        F(0, 0);
        F(0x100, 1);
        F(0xFF00, 255);
        F(9, 137);
        F(0x8B, 139);
    }

    private static byte[] Message(int kind, params int[] fields)
    {
        var bytes = new byte[76];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(36), kind);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(44), 99);
        for (var i = 0; i < fields.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(52 + i * 4), fields[i]);
        return bytes;
    }
}
