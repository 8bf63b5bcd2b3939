using System.Runtime.CompilerServices;
using Akashi.Agent.Kernel.Bpf;

namespace Akashi.Agent.Kernel.Programs;

/// <summary>
/// BPF program at inet_sock_set_state(socket, old, new). connect() moves a socket to SYN_SENT in the caller's context, before its port is
/// chosen; established and closed are seen in interrupt context. So the caller is kept by socket, and the record is written when both
/// ends are known, with the time of the call. An accepted connection belongs to the process that listens on its port.
/// R6 = socket, R7 = owner, R9 = record, R8 = its length. An owner is {process, flags, start, time of the call}.
/// </summary>
internal static class ConnectionProgram
{
    private const int Established = 1, SynSent = 2, SynReceived = 3, Closed = 7, Listening = 10;
    private const int IPv6 = 10;
    private const int FamilyOffset = 24, LocalPortOffset = 26, RemotePortOffset = 28, FlagsOffset = 30, LocalOffset = 32, RemoteOffset = 48,
        SentOffset = 64, ReceivedOffset = 72, Local4Offset = 80, Remote4Offset = 84;
    private const int PortKey = -8, SocketKey = -16, Owner = -40;
    private static readonly int Size = Unsafe.SizeOf<ConnectionRecord>();

    public static ulong[] StateChange(KernelLayout layout, ProgramOutput output)
    {
        var code = new BpfAssembler();
        var (exit, opens, listens, established, accepted, connected, failed) =
            (code.NewLabel(), code.NewLabel(), code.NewLabel(), code.NewLabel(), code.NewLabel(), code.NewLabel(), code.NewLabel());
        code.Load(Width.Double, Register.R6, Register.R1, 0);
        code.Load(Width.Word, Register.R3, Register.R1, 8);
        code.Load(Width.Word, Register.R2, Register.R1, 16);
        code.Store(Width.Double, Register.Frame, SocketKey, Register.R6);
        code.JumpIf(Condition.Equal, Register.R2, SynSent, opens);
        code.JumpIf(Condition.Equal, Register.R2, Established, established);
        code.JumpIf(Condition.Equal, Register.R2, Listening, listens);
        code.JumpIf(Condition.NotEqual, Register.R2, Closed, exit);
        code.JumpIf(Condition.Equal, Register.R3, SynSent, failed);
        WriteEnd(code, layout, output, KernelRecordKind.Close, ConnectionFlags.None, exit);

        code.Mark(failed);
        WriteEnd(code, layout, output, KernelRecordKind.Connect, ConnectionFlags.Failed, exit);

        code.Mark(opens);
        RememberCaller(code, layout, output.Owners, SocketKey);
        ProgramOutput.Return(code);

        code.Mark(established);
        code.JumpIf(Condition.Equal, Register.R3, SynSent, connected);
        code.JumpIf(Condition.Equal, Register.R3, SynReceived, accepted);
        ProgramOutput.Return(code);

        code.Mark(connected);
        WriteConnected(code, layout, output, exit);

        code.Mark(accepted);
        WriteAccepted(code, layout, output);

        code.Mark(listens);
        ReadPortKey(code, layout);
        RememberCaller(code, layout, output.Listeners, PortKey);
        Begin(code, layout, KernelRecordKind.Listen);
        CopyOwner(code, Register.Frame, Owner);
        output.EmitAndExit(code, KernelRecordKind.Listen);

        code.Mark(exit);
        ProgramOutput.Return(code);
        return code.Build();
    }

    private static void WriteConnected(BpfAssembler code, KernelLayout layout, ProgramOutput output, Label exit)
    {
        FindOwner(code, output, exit);
        Begin(code, layout, KernelRecordKind.Connect);
        CopyOwner(code, Register.R7, 0);
        CopyCallTime(code);
        output.EmitAndExit(code, KernelRecordKind.Connect);
    }

    /// <summary>The end of a connection, or of the attempt at one: the owner is forgotten.</summary>
    private static void WriteEnd(BpfAssembler code, KernelLayout layout, ProgramOutput output, KernelRecordKind kind, ConnectionFlags flags, Label exit)
    {
        FindOwner(code, output, exit);
        Begin(code, layout, kind);
        CopyOwner(code, Register.R7, 0);
        if (flags == ConnectionFlags.Failed)
        {
            CopyCallTime(code);
            code.Store(Width.Half, Register.R9, FlagsOffset, (int)flags);
        }
        Prepare(code, output.Owners, SocketKey);
        code.Call(Helper.MapDelete);
        ReadSocket(code, layout.SocketSent, SentOffset, 8);
        ReadSocket(code, layout.SocketReceived, ReceivedOffset, 8);
        output.EmitAndExit(code, kind);
    }

    private static void WriteAccepted(BpfAssembler code, KernelLayout layout, ProgramOutput output)
    {
        var (known, write) = (code.NewLabel(), code.NewLabel());
        ReadPortKey(code, layout);
        Prepare(code, output.Listeners, PortKey);
        code.Call(Helper.MapLookup);
        code.Store(Width.Double, Register.Frame, Owner, 0);
        code.Store(Width.Double, Register.Frame, Owner + 8, 0);
        code.Store(Width.Double, Register.Frame, Owner + 16, 0);
        code.JumpIf(Condition.NotEqual, Register.R0, 0, known);
        code.Jump(write);
        code.Mark(known);
        Copy(code, Width.Word, Register.R0, 0, Register.Frame, Owner);
        Copy(code, Width.Double, Register.R0, 8, Register.Frame, Owner + 8);
        code.Mark(write);
        code.Store(Width.Word, Register.Frame, Owner + 4, (int)ConnectionFlags.Accepted);
        Remember(code, output.Owners, SocketKey);
        Begin(code, layout, KernelRecordKind.Accept);
        CopyOwner(code, Register.Frame, Owner);
        output.EmitAndExit(code, KernelRecordKind.Accept);
    }

    private static void RememberCaller(BpfAssembler code, KernelLayout layout, int map, int key)
    {
        code.Call(Helper.MonotonicNanoseconds);
        code.Store(Width.Double, Register.Frame, Owner + 16, Register.R0);
        code.Call(Helper.CurrentTask);
        code.Load(Width.Word, Register.R1, Register.R0, layout.TaskTgid);
        code.Store(Width.Word, Register.Frame, Owner, Register.R1);
        code.Store(Width.Word, Register.Frame, Owner + 4, 0);
        code.Load(Width.Double, Register.R1, Register.R0, layout.TaskLeader);
        Copy(code, Width.Double, Register.R1, layout.TaskStart, Register.Frame, Owner + 8);
        Remember(code, map, key);
    }

    private static void Remember(BpfAssembler code, int map, int key)
    {
        Prepare(code, map, key);
        code.Move(Register.R3, Register.Frame);
        code.Add(Register.R3, Owner);
        code.Move(Register.R4, 0); // BPF_ANY
        code.Call(Helper.MapUpdate);
    }

    private static void FindOwner(BpfAssembler code, ProgramOutput output, Label unknown)
    {
        Prepare(code, output.Owners, SocketKey);
        code.Call(Helper.MapLookup);
        code.JumpIf(Condition.Equal, Register.R0, 0, unknown);
        code.Move(Register.R7, Register.R0);
    }

    private static void Begin(BpfAssembler code, KernelLayout layout, KernelRecordKind kind)
    {
        ProcessPrograms.BeginOnStack(code, Size);
        ProgramOutput.WriteHead(code, kind);
        ReadSocket(code, layout.SocketLocalPort, LocalPortOffset, 2);
        ReadSocket(code, layout.SocketRemotePort, RemotePortOffset, 2);
        ReadSocket(code, layout.SocketFamily, FamilyOffset, 2);
        ReadSocket(code, layout.SocketLocal4, Local4Offset, 4);
        ReadSocket(code, layout.SocketRemote4, Remote4Offset, 4);
        var done = code.NewLabel();
        code.Load(Width.Half, Register.R1, Register.R9, FamilyOffset);
        code.JumpIf(Condition.NotEqual, Register.R1, IPv6, done);
        ReadSocket(code, layout.SocketLocal6, LocalOffset, 16);
        ReadSocket(code, layout.SocketRemote6, RemoteOffset, 16);
        code.Mark(done);
    }

    private static void CopyOwner(BpfAssembler code, Register owner, int offset)
    {
        Copy(code, Width.Word, owner, offset, Register.R9, 4);
        Copy(code, Width.Double, owner, offset + 8, Register.R9, 16);
        code.Load(Width.Word, Register.R2, owner, offset + 4);
        code.Store(Width.Half, Register.R9, FlagsOffset, Register.R2);
    }

    private static void CopyCallTime(BpfAssembler code) => Copy(code, Width.Double, Register.R7, 16, Register.R9, 8);

    private static void ReadPortKey(BpfAssembler code, KernelLayout layout)
    {
        code.Store(Width.Word, Register.Frame, PortKey, 0);
        code.Move(Register.R1, Register.Frame);
        code.Add(Register.R1, PortKey);
        code.Move(Register.R2, 2);
        code.Move(Register.R3, Register.R6);
        code.Add(Register.R3, layout.SocketLocalPort);
        code.Call(Helper.ReadKernel);
    }

    /// <summary>A helper call rather than a load: these fields lie in structures the verifier does not connect with 'sock'.</summary>
    private static void ReadSocket(BpfAssembler code, int field, int target, int bytes)
    {
        code.Move(Register.R1, Register.R9);
        code.Add(Register.R1, target);
        code.Move(Register.R2, bytes);
        code.Move(Register.R3, Register.R6);
        code.Add(Register.R3, field);
        code.Call(Helper.ReadKernel);
    }

    private static void Prepare(BpfAssembler code, int map, int key)
    {
        code.LoadMap(Register.R1, map);
        code.Move(Register.R2, Register.Frame);
        code.Add(Register.R2, key);
    }

    private static void Copy(BpfAssembler code, Width width, Register from, int field, Register to, int target)
    {
        code.Load(width, Register.R2, from, field);
        code.Store(width, to, target, Register.R2);
    }
}
