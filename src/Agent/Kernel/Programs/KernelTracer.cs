using Akashi.Agent.Kernel.Bpf;

namespace Akashi.Agent.Kernel.Programs;

/// <summary>Our BPF programs, loaded and attached; dispose detaches them. The kernel also detaches them when the process dies.</summary>
internal sealed class KernelTracer : IDisposable
{
    private const int RingBytes = 1024 * 1024;
    private const int Sockets = 16384, Listeners = 4096;
    private static readonly int Kinds = Enum.GetValues<KernelRecordKind>().Length;
    /// <summary>Inode of the first PID namespace (PROC_PID_INIT_INO): elsewhere the kernel's PIDs are not those in our /proc.</summary>
    private const string FirstNamespace = "pid:[4026531836]";

    private readonly List<int> _descriptors = [];
    private readonly List<int> _programs = [];
    private readonly ulong[] _perCpu;
    private readonly int _drops;
    private readonly int _listeners;

    /// <exception cref="BpfException">Not permitted, or the kernel lacks something; nothing stays attached.</exception>
    public KernelTracer()
    {
        if (File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false) is { Name: not FirstNamespace } elsewhere)
            throw new BpfException($"The agent runs in a PID namespace of its own ({elsewhere.Name}); run it outside of the container to use BPF.");
        _perCpu = new ulong[PossibleCpus()];
        try
        {
            var layout = KernelLayout.OfRunningKernel();
            var ring = Keep(BpfSystem.CreateMap(BpfMapType.RingBuffer, 0, 0, RingBytes));
            _drops = Keep(BpfSystem.CreateMap(BpfMapType.PerCpuArray, 4, 8, Kinds));
            var output = new ProgramOutput(ring, _drops,
                Keep(BpfSystem.CreateMap(BpfMapType.PerCpuArray, 4, ProgramOutput.ScratchSize, 1)),
                Keep(BpfSystem.CreateMap(BpfMapType.LruHash, 8, 24, Sockets)),
                _listeners = Keep(BpfSystem.CreateMap(BpfMapType.LruHash, 4, 24, Listeners)));
            Ring = new RingBuffer(ring, RingBytes);
            AttachTracepoint(layout, "sched_process_exec", ProcessPrograms.Execute(layout, output));
            AttachTracepoint(layout, "sched_process_fork", ProcessPrograms.Fork(layout, output));
            AttachTracepoint(layout, "sched_process_exit", ProcessPrograms.Exit(layout, output));
            AttachTracepoint(layout, "inet_sock_set_state", ConnectionProgram.StateChange(layout, output));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public RingBuffer Ring { get; } = null!;

    /// <summary>Makes a process known that listened before the programs were attached.</summary>
    public void SeedListener(ushort port, int process, ulong start) =>
        BpfSystem.Update(_listeners, System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(port), [(uint)process, start, 0]);

    /// <summary>Records lost since the start because the ring was full or a program was skipped.</summary>
    public ulong Lost()
    {
        ulong lost = 0;
        for (uint kind = 0; kind < Kinds; kind++)
        {
            if (!BpfSystem.TryLookup(_drops, kind, _perCpu)) continue;
            foreach (var count in _perCpu) lost += count;
        }
        foreach (var program in _programs) lost += BpfSystem.Misses(program);
        return lost;
    }

    public void Dispose()
    {
        Ring?.Dispose();
        for (var i = _descriptors.Count - 1; i >= 0; i--) _ = LibC.Close(_descriptors[i]);
        _descriptors.Clear();
    }

    private void AttachTracepoint(KernelLayout layout, string name, ulong[] code)
    {
        var program = Keep(BpfSystem.Load(code, name, layout.Tracepoint(name)));
        _programs.Add(program);
        Keep(BpfSystem.Attach(program, name));
    }

    private int Keep(int descriptor)
    {
        _descriptors.Add(descriptor);
        return descriptor;
    }

    /// <summary>The kernel copies one value for each *possible* CPU, which can be more than are online.</summary>
    private static int PossibleCpus()
    {
        var text = File.ReadAllText("/sys/devices/system/cpu/possible").Trim();
        var last = text[(text.LastIndexOfAny(['-', ',']) + 1)..];
        return int.Parse(last, System.Globalization.CultureInfo.InvariantCulture) + 1;
    }
}
