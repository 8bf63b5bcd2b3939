using System.Runtime.CompilerServices;
using Akashi.Agent.Kernel.Bpf;

namespace Akashi.Agent.Kernel.Programs;

/// <summary>BPF programs at the scheduler's tracepoints. R6 = context, R9 = record, R8 = its length.</summary>
internal static class ProcessPrograms
{
    private const int Head = 24;

    /// <summary>
    /// sched_process_exec(task, old pid, binary): reads image, user, parent and the argument bytes before the new program runs its first
    /// instruction, so that the command line of a process that lives half a millisecond is known.
    /// </summary>
    public static ulong[] Execute(KernelLayout layout, ProgramOutput output)
    {
        var code = new BpfAssembler();
        var exit = code.NewLabel();
        code.Move(Register.R6, Register.R1);
        code.Load(Width.Double, Register.R7, Register.R6, 0);
        code.Store(Width.Word, Register.Frame, -4, 0);
        code.LoadMap(Register.R1, output.Scratch);
        code.Move(Register.R2, Register.Frame);
        code.Add(Register.R2, -4);
        code.Call(Helper.MapLookup);
        code.JumpIf(Condition.Equal, Register.R0, 0, exit);
        code.Move(Register.R9, Register.R0);
        code.Load(Width.Double, Register.R8, Register.R6, 16);

        ProgramOutput.WriteHead(code, KernelRecordKind.Execute);
        ProgramOutput.WriteIdentity(code, layout, Register.R7, 4, 16);
        code.Load(Width.Double, Register.R3, Register.R7, layout.TaskParent);
        ProgramOutput.WriteIdentity(code, layout, Register.R3, Head, Head + 8);
        code.Load(Width.Double, Register.R1, Register.R7, layout.TaskCredentials);
        Copy(code, Width.Word, Register.R1, layout.CredentialsEffectiveUser, Head + 4);
        CopyIfPresent(code, layout.TaskLoginUser, Head + 16);
        CopyIfPresent(code, layout.TaskSession, Head + 20);
        WriteImage(code, layout);
        WriteArgumentRange(code, layout);
        WriteName(code, layout);
        WriteArguments(code);
        output.EmitAndExit(code, KernelRecordKind.Execute);

        code.Mark(exit);
        ProgramOutput.Return(code);
        return code.Build();
    }

    /// <summary>sched_process_fork(parent, child): new processes only, not threads.</summary>
    public static ulong[] Fork(KernelLayout layout, ProgramOutput output)
    {
        var code = new BpfAssembler();
        var process = code.NewLabel();
        code.Load(Width.Double, Register.R7, Register.R1, 8);
        code.Load(Width.Word, Register.R2, Register.R7, layout.TaskTgid);
        code.Load(Width.Word, Register.R3, Register.R7, layout.TaskPid);
        code.JumpIf(Condition.Equal, Register.R2, Register.R3, process);
        ProgramOutput.Return(code);
        code.Mark(process);
        BeginOnStack(code, Unsafe.SizeOf<ForkRecord>());
        ProgramOutput.WriteHead(code, KernelRecordKind.Fork);
        ProgramOutput.WriteIdentity(code, layout, Register.R7, 4, 16);
        code.Load(Width.Double, Register.R3, Register.R7, layout.TaskParent);
        ProgramOutput.WriteIdentity(code, layout, Register.R3, Head, Head + 8);
        output.EmitAndExit(code, KernelRecordKind.Fork);
        return code.Build();
    }

    /// <summary>sched_process_exit(task): when the last thread of a process ends.</summary>
    public static ulong[] Exit(KernelLayout layout, ProgramOutput output)
    {
        var code = new BpfAssembler();
        var last = code.NewLabel();
        code.Load(Width.Double, Register.R7, Register.R1, 0);
        code.Load(Width.Double, Register.R2, Register.R7, layout.TaskSignal);
        code.Load(Width.Word, Register.R3, Register.R2, layout.SignalLive);
        code.JumpIf(Condition.Equal, Register.R3, 0, last);
        ProgramOutput.Return(code);
        code.Mark(last);
        BeginOnStack(code, Unsafe.SizeOf<ExitRecord>());
        ProgramOutput.WriteHead(code, KernelRecordKind.Exit);
        ProgramOutput.WriteIdentity(code, layout, Register.R7, 4, 16);
        code.Load(Width.Word, Register.R1, Register.R7, layout.TaskExitCode);
        code.Store(Width.Word, Register.R9, Head, Register.R1);
        output.EmitAndExit(code, KernelRecordKind.Exit);
        return code.Build();
    }

    /// <summary>R9 = zeroed record of <paramref name="size"/> bytes (a multiple of 8) on the stack, R8 = its length.</summary>
    public static void BeginOnStack(BpfAssembler code, int size)
    {
        const int ReservedForKeys = 48;
        for (var offset = 0; offset < size; offset += 8) code.Store(Width.Double, Register.Frame, offset - size - ReservedForKeys, 0);
        code.Move(Register.R9, Register.Frame);
        code.Add(Register.R9, -size - ReservedForKeys);
        code.Move(Register.R8, size);
    }

    private static void WriteImage(BpfAssembler code, KernelLayout layout)
    {
        code.Load(Width.Double, Register.R1, Register.R8, layout.ProgramFile);
        code.Load(Width.Double, Register.R1, Register.R1, layout.FileInode);
        Copy(code, Width.Double, Register.R1, layout.InodeNumber, Head + 24);
        Copy(code, Width.Double, Register.R1, layout.InodeSize, Head + 32);
        Copy(code, Width.Double, Register.R1, layout.InodeModified, Head + 40);
        code.Load(Width.Double, Register.R1, Register.R1, layout.InodeSuperBlock);
        Copy(code, Width.Word, Register.R1, layout.SuperBlockDevice, Head + 48);
    }

    /// <summary>Frame-16 = start of the arguments, Frame-24 = their length.</summary>
    private static void WriteArgumentRange(BpfAssembler code, KernelLayout layout)
    {
        code.Load(Width.Double, Register.R1, Register.R7, layout.TaskMemory);
        code.Load(Width.Double, Register.R2, Register.R1, layout.MemoryArgumentsStart);
        code.Load(Width.Double, Register.R3, Register.R1, layout.MemoryArgumentsEnd);
        code.Store(Width.Double, Register.Frame, -16, Register.R2);
        code.Subtract(Register.R3, Register.R2);
        code.Store(Width.Double, Register.Frame, -24, Register.R3);
        code.Store(Width.Word, Register.R9, Head + 56, Register.R3);
    }

    /// <summary>Interpreter of the image: the image itself, or what runs a script. R7 = its length with NUL, 0 if it cannot be read.</summary>
    private static void WriteName(BpfAssembler code, KernelLayout layout)
    {
        var readable = code.NewLabel();
        code.Move(Register.R1, Register.R9);
        code.Add(Register.R1, Unsafe.SizeOf<ExecuteRecord>());
        code.Move(Register.R2, ExecuteRecord.NameLimit);
        code.Load(Width.Double, Register.R3, Register.R8, layout.ProgramInterpreter);
        code.Call(Helper.ReadKernelString);
        code.Move(Register.R7, Register.R0);
        code.JumpIf(Condition.LessOrEqual, Register.R7, ExecuteRecord.NameLimit, readable); // an error is negative, as unsigned huge
        code.Move(Register.R7, 0);
        code.Mark(readable);
        code.Store(Width.Word, Register.R9, Head + 52, Register.R7);
    }

    /// <summary>Copies the arguments behind the name; R8 = length of the whole record.</summary>
    private static void WriteArguments(BpfAssembler code)
    {
        var fits = code.NewLabel();
        var copied = code.NewLabel();
        code.Load(Width.Double, Register.R8, Register.Frame, -24);
        code.JumpIf(Condition.LessOrEqual, Register.R8, ExecuteRecord.ArgumentsLimit, fits);
        code.Move(Register.R8, ExecuteRecord.ArgumentsLimit);
        code.Mark(fits);
        code.Move(Register.R1, Register.R9);
        code.Add(Register.R1, Unsafe.SizeOf<ExecuteRecord>());
        code.Add(Register.R1, Register.R7);
        code.Move(Register.R2, Register.R8);
        code.Load(Width.Double, Register.R3, Register.Frame, -16);
        code.Call(Helper.ReadUser);
        code.JumpIf(Condition.Equal, Register.R0, 0, copied);
        code.Move(Register.R8, 0); // a page was not there; the reader tries /proc, else marks the record
        code.Mark(copied);
        code.Store(Width.Word, Register.R9, Head + 60, Register.R8);
        code.Add(Register.R8, Register.R7);
        code.Add(Register.R8, Unsafe.SizeOf<ExecuteRecord>());
    }

    private static void CopyIfPresent(BpfAssembler code, int? taskField, int target)
    {
        if (taskField is { } field) Copy(code, Width.Word, Register.R7, field, target);
        else code.Store(Width.Word, Register.R9, target, -1);
    }

    private static void Copy(BpfAssembler code, Width width, Register source, int field, int target)
    {
        code.Load(width, Register.R2, source, field);
        code.Store(width, Register.R9, target, Register.R2);
    }
}
