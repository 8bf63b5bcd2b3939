using System.Runtime.CompilerServices;
using Akashi.Agent.Kernel.Bpf;

namespace Akashi.Agent.Kernel.Programs;

/// <summary>The maps our programs share, and the code by which each of them ends.</summary>
/// <param name="Ring">Ring buffer map.</param>
/// <param name="Drops">Per-CPU counters, one for each kind of record: what did not fit into the ring.</param>
/// <param name="Scratch">Per-CPU buffer in which an <see cref="ExecuteRecord"/> is put together; too big for BPF's stack of 512 bytes.</param>
/// <param name="Owners">Socket → process that opened or accepted it; a connection's end is seen in interrupt context, where no process is known.</param>
/// <param name="Listeners">Local TCP port → process that listens.</param>
internal sealed record ProgramOutput(int Ring, int Drops, int Scratch, int Owners, int Listeners)
{
    /// <summary>Below this the reader is not woken; it comes by its own tick. Waking for each record would cost more than the record.</summary>
    private const int WakeUpBytes = 128 * 1024;
    private const int NoWakeUp = 1, ForceWakeUp = 2;

    public static readonly int ScratchSize = (Unsafe.SizeOf<ExecuteRecord>() + ExecuteRecord.NameLimit + ExecuteRecord.ArgumentsLimit + 7) & ~7;

    /// <summary>Sends R8 bytes at R9, counts a drop if the ring is full, returns 0 and exits.</summary>
    public void EmitAndExit(BpfAssembler code, KernelRecordKind kind)
    {
        var quiet = code.NewLabel();
        var done = code.NewLabel();
        code.LoadMap(Register.R1, Ring);
        code.Move(Register.R2, 0); // BPF_RB_AVAIL_DATA
        code.Call(Helper.RingQuery);
        code.Move(Register.R4, NoWakeUp);
        code.JumpIf(Condition.Less, Register.R0, WakeUpBytes, quiet);
        code.Move(Register.R4, ForceWakeUp);
        code.Mark(quiet);
        code.LoadMap(Register.R1, Ring);
        code.Move(Register.R2, Register.R9);
        code.Move(Register.R3, Register.R8);
        code.Call(Helper.RingOutput);
        code.JumpIf(Condition.Equal, Register.R0, 0, done);
        code.Store(Width.Word, Register.Frame, -4, (int)kind);
        code.LoadMap(Register.R1, Drops);
        code.Move(Register.R2, Register.Frame);
        code.Add(Register.R2, -4);
        code.Call(Helper.MapLookup);
        code.JumpIf(Condition.Equal, Register.R0, 0, done);
        code.Move(Register.R1, 1);
        code.AtomicAdd(Register.R0, 0, Register.R1);
        code.Mark(done);
        Return(code);
    }

    public static void Return(BpfAssembler code)
    {
        code.Move(Register.R0, 0);
        code.Exit();
    }

    /// <summary>Writes kind and time into the head at R9; process and start are the caller's.</summary>
    public static void WriteHead(BpfAssembler code, KernelRecordKind kind)
    {
        code.Store(Width.Word, Register.R9, 0, (int)kind);
        code.Call(Helper.MonotonicNanoseconds);
        code.Store(Width.Double, Register.R9, 8, Register.R0);
    }

    /// <summary>Writes thread group and start of the task in <paramref name="task"/> at the given offsets of R9; clobbers R1 and R2.</summary>
    public static void WriteIdentity(BpfAssembler code, KernelLayout layout, Register task, int processOffset, int startOffset)
    {
        code.Load(Width.Word, Register.R1, task, layout.TaskTgid);
        code.Store(Width.Word, Register.R9, processOffset, Register.R1);
        code.Load(Width.Double, Register.R1, task, layout.TaskLeader);
        code.Load(Width.Double, Register.R2, Register.R1, layout.TaskStart);
        code.Store(Width.Double, Register.R9, startOffset, Register.R2);
    }
}
