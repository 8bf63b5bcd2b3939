using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Akashi.Agent.Processes;

internal enum ProcEventKind : uint { Fork = 1, Execute = 2, Exit = 0x8000_0000 }

/// <summary>One message of the kernel's process connector (linux/cn_proc.h).</summary>
/// <param name="Process">Thread group; for a fork the child's.</param>
/// <param name="At">Monotonic nanoseconds.</param>
/// <param name="Status">Wait status of an exit.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProcEvent(ProcEventKind Kind, int Process, int Thread, int Parent, ulong At, int Status)
{
    private const int NetlinkHead = 16, ConnectorHead = 20, EventHead = 16;

    /// <summary>Takes the first message off <paramref name="buffer"/>; messages of other kinds are skipped.</summary>
    /// <returns>False when nothing (more) can be read.</returns>
    public static bool TryRead(ref ReadOnlySpan<byte> buffer, out ProcEvent result)
    {
        result = default;
        while (buffer.Length >= NetlinkHead)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(buffer);
            if (length < NetlinkHead || length > (uint)buffer.Length) break;
            var message = buffer[NetlinkHead..(int)length];
            buffer = buffer[Math.Min(buffer.Length, ((int)length + 3) & ~3)..];
            if (message.Length >= ConnectorHead + EventHead + 16 && TryParse(message[ConnectorHead..], out result)) return true;
        }
        buffer = default;
        return false;
    }

    private static bool TryParse(ReadOnlySpan<byte> body, out ProcEvent result)
    {
        var kind = (ProcEventKind)BinaryPrimitives.ReadUInt32LittleEndian(body);
        var at = BinaryPrimitives.ReadUInt64LittleEndian(body[8..]);
        int Field(ReadOnlySpan<byte> from, int index) => BinaryPrimitives.ReadInt32LittleEndian(from[(EventHead + index * 4)..]);
        result = kind switch
        {
            ProcEventKind.Fork => new ProcEvent(kind, Field(body, 3), Field(body, 2), Field(body, 1), at, 0),
            ProcEventKind.Execute => new ProcEvent(kind, Field(body, 1), Field(body, 0), 0, at, 0),
            ProcEventKind.Exit => new ProcEvent(kind, Field(body, 1), Field(body, 0), 0, at, Field(body, 2)),
            _ => default,
        };
        return result.Kind != default && result.Process > 0;
    }
}
