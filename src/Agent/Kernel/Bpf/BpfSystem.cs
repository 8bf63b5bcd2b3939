using System.Runtime.InteropServices;
using System.Text;

namespace Akashi.Agent.Kernel.Bpf;

internal enum BpfMapType { PerCpuArray = 6, LruHash = 9, RingBuffer = 27 }

/// <summary>The bpf(2) system call: maps, programs, attaching. Needs CAP_BPF and CAP_PERFMON (root has both).</summary>
internal static unsafe class BpfSystem
{
    private const int MapCreate = 0, MapLookup = 1, MapUpdate = 2, ProgramLoad = 5, ObjectInfo = 15, RawTracepointOpen = 17;
    private const int TracingProgram = 26, RawTracepoint = 23;
    private const int LogBytes = 256 * 1024;

    // Tracing helpers are offered to GPL-compatible programs only; the generated instructions are offered under both licences.
    private static readonly byte[] License = "Dual BSD/GPL\0"u8.ToArray();

    public static int CreateMap(BpfMapType type, int keySize, int valueSize, int entries)
    {
        Span<int> attributes = stackalloc int[18];
        attributes.Clear();
        (attributes[0], attributes[1], attributes[2], attributes[3]) = ((int)type, keySize, valueSize, entries);
        return Call(MapCreate, MemoryMarshal.AsBytes(attributes), $"A {type} map of {entries} entries cannot be created");
    }

    /// <summary>Loads a program for a tracepoint whose arguments the verifier knows by type.</summary>
    /// <exception cref="BpfException">The verifier refused; the message ends with its reason.</exception>
    public static int Load(ReadOnlySpan<ulong> instructions, string name, int tracepoint)
    {
        var log = NativeMemory.AllocZeroed(LogBytes);
        try
        {
            var descriptor = Load(instructions, name, tracepoint, null);
            if (descriptor >= 0) return descriptor;
            // The second try only asks for the reason: a verifier log costs more than the program.
            var error = LibC.Error;
            descriptor = Load(instructions, name, tracepoint, log);
            if (descriptor >= 0) return descriptor;
            var text = Marshal.PtrToStringUTF8((nint)log) ?? "";
            throw new BpfException($"BPF program '{name}' was refused: {error}. {(text.Length > 2000 ? text[^2000..] : text)}");
        }
        finally
        {
            NativeMemory.Free(log);
        }
    }

    public static int Attach(int program, string name)
    {
        Span<ulong> attributes = stackalloc ulong[8];
        attributes.Clear();
        attributes[1] = (uint)program; // name stays null: the target was given when loading
        return Call(RawTracepointOpen, MemoryMarshal.AsBytes(attributes), $"BPF program '{name}' cannot be attached");
    }

    /// <summary>Reads the element of <paramref name="key"/> into <paramref name="value"/> (for a per-CPU map: 8 bytes for each possible CPU).</summary>
    public static bool TryLookup(int map, uint key, Span<ulong> value)
    {
        Span<ulong> attributes = stackalloc ulong[8];
        attributes.Clear();
        fixed (ulong* target = value)
        {
            (attributes[0], attributes[1], attributes[2]) = ((uint)map, (ulong)&key, (ulong)target);
            fixed (ulong* pointer = attributes) return System(MapLookup, pointer, 64) >= 0;
        }
    }

    public static void Update(int map, uint key, ReadOnlySpan<ulong> value)
    {
        Span<ulong> attributes = stackalloc ulong[8];
        attributes.Clear();
        fixed (ulong* source = value)
        {
            (attributes[0], attributes[1], attributes[2]) = ((uint)map, (ulong)&key, (ulong)source);
            Call(MapUpdate, MemoryMarshal.AsBytes(attributes), "A BPF map's element cannot be set");
        }
    }

    /// <summary>How often the kernel skipped the program because it was already running on that CPU; such an event is lost.</summary>
    public static ulong Misses(int program)
    {
        Span<ulong> info = stackalloc ulong[32];
        info.Clear();
        Span<ulong> attributes = stackalloc ulong[8];
        attributes.Clear();
        fixed (ulong* target = info)
        {
            attributes[0] = (uint)program | (ulong)(32 * 8) << 32;
            attributes[1] = (ulong)target;
            fixed (ulong* pointer = attributes) return System(ObjectInfo, pointer, 16) < 0 ? 0 : info[26]; // recursion_misses at byte 208
        }
    }

    private static int Load(ReadOnlySpan<ulong> instructions, string name, int tracepoint, void* log)
    {
        var attributes = new byte[144];
        fixed (ulong* code = instructions)
        fixed (byte* license = License)
        fixed (byte* start = attributes)
        {
            *(uint*)start = TracingProgram;
            *(uint*)(start + 4) = (uint)instructions.Length;
            *(ulong*)(start + 8) = (ulong)code;
            *(ulong*)(start + 16) = (ulong)license;
            *(uint*)(start + 24) = log is null ? 0u : 1u;
            *(uint*)(start + 28) = log is null ? 0u : LogBytes;
            *(ulong*)(start + 32) = (ulong)log;
            Encoding.ASCII.GetBytes(name.AsSpan(0, Math.Min(name.Length, 15)), attributes.AsSpan(48, 15));
            *(uint*)(start + 68) = RawTracepoint;
            *(uint*)(start + 108) = (uint)tracepoint;
            return (int)System(ProgramLoad, start, attributes.Length);
        }
    }

    private static int Call(int command, Span<byte> attributes, string problem)
    {
        fixed (byte* pointer = attributes)
        {
            var result = System(command, pointer, attributes.Length);
            return result >= 0 ? (int)result : throw new BpfException($"{problem}: {LibC.Error}.");
        }
    }

    private static nint System(int command, void* attributes, int length) => LibC.SystemCall(Number, command, attributes, length);

    private static nint Number => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 321,
        Architecture.Arm64 => 280,
        var other => throw new BpfException($"The number of the bpf system call is not known for {other}."),
    };
}

/// <summary>BPF is not permitted or not offered by this kernel; the caller falls back to another source.</summary>
internal sealed class BpfException(string message) : Exception(message);
