using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Akashi.Agent.Connections;
using Akashi.Agent.Kernel.Bpf;
using Akashi.Agent.Kernel.Programs;
using Akashi.Agent.Processes;
using Akashi.Agent.Recording;

namespace Akashi.Agent.Collecting;

/// <summary>Processes and connections from our BPF programs.</summary>
internal sealed class KernelTraceCollector : ICollector
{
    private const ulong NanosecondsPerTick = 10_000_000; // USER_HZ = 100, the unit of /proc/PID/stat
    private const ushort InternetSix = 10;
    private static readonly TimeSpan LossInterval = TimeSpan.FromSeconds(1);

    private readonly KernelTracer _tracer;
    private readonly ProcessRecorder _processes;
    private readonly ConnectionRecorder _connections;
    private readonly Counters _counters;
    private readonly TimeProvider _clock;
    private readonly RingBuffer.Handler _handler;
    private DateTimeOffset _epoch;
    private ulong _lost;
    private long _lossesRead;

    /// <exception cref="BpfException">BPF is not permitted or not offered.</exception>
    public KernelTraceCollector(ProcessRecorder processes, ConnectionRecorder connections, Counters counters, TimeProvider clock)
    {
        (_processes, _connections, _counters, _clock) = (processes, connections, counters, clock);
        _tracer = new KernelTracer();
        _handler = Handle;
        SeedListeners();
    }

    public IEnumerable<(string Kind, string Source)> Sources => [("Process", "ebpf"), ("Connection", "ebpf")];

    public int Descriptor => _tracer.Ring.Descriptor;

    public void Fetch()
    {
    }

    public void Deliver()
    {
        // Wall-clock time of monotonic zero, anew in each round because the wall clock can be set.
        _epoch = _clock.GetUtcNow() - TimeSpan.FromTicks(_clock.GetTimestamp() / 100);
        _tracer.Ring.Drain(_handler);
        if (_lossesRead != 0 && _clock.GetElapsedTime(_lossesRead) < LossInterval) return;
        _lossesRead = _clock.GetTimestamp();
        var lost = _tracer.Lost();
        if (lost > _lost) _counters.Lost("ebpf", (long)(lost - _lost));
        _lost = lost;
    }

    public void Dispose() => _tracer.Dispose();

    private void Handle(ReadOnlySpan<byte> record)
    {
        if (record.Length < Unsafe.SizeOf<RecordHead>()) return;
        var head = MemoryMarshal.Read<RecordHead>(record);
        switch ((KernelRecordKind)head.Kind)
        {
            case KernelRecordKind.Execute when TryRead<ExecuteRecord>(record, out var execute):
                Execute(execute, record[Unsafe.SizeOf<ExecuteRecord>()..]);
                break;
            case KernelRecordKind.Fork when TryRead<ForkRecord>(record, out var fork):
                _processes.Forked(head.Process, head.ProcessStart / NanosecondsPerTick, fork.Parent, fork.ParentStart / NanosecondsPerTick);
                break;
            case KernelRecordKind.Exit when TryRead<ExitRecord>(record, out var exit):
                _processes.Stopped(head.Process, head.ProcessStart / NanosecondsPerTick, WaitStatus.ExitCode(exit.ExitCode), Time(head.At));
                break;
            case >= KernelRecordKind.Connect and <= KernelRecordKind.Listen when TryRead<ConnectionRecord>(record, out var connection):
                Connection(connection);
                break;
        }
    }

    private void Execute(in ExecuteRecord record, ReadOnlySpan<byte> rest)
    {
        var name = (int)Math.Min(record.NameLength, (uint)rest.Length);
        var arguments = (int)Math.Min(record.ArgumentsRead, (uint)(rest.Length - name));
        _processes.Started(new ProcessStart
        {
            At = Time(record.Head.At),
            Id = record.Head.Process,
            StartTicks = record.Head.ProcessStart / NanosecondsPerTick,
            ParentId = record.Parent,
            ParentTicks = record.ParentStart / NanosecondsPerTick,
            EffectiveUser = record.EffectiveUser,
            LoginUser = record.LoginUser,
            Session = record.Session,
            Image = new ImageKey(record.Device, record.Inode, record.Size, record.Modified),
            Name = rest[..name].TrimEnd((byte)0),
            Arguments = rest.Slice(name, arguments),
            ArgumentsTotal = record.ArgumentsTotal,
        });
    }

    private unsafe void Connection(ConnectionRecord record)
    {
        var six = record.Family == InternetSix;
        var (remote, local) = (new IPAddress(new ReadOnlySpan<byte>(record.Remote, 16)), new IPAddress(new ReadOnlySpan<byte>(record.Local, 16)));
        // An IPv6 socket that talks IPv4 has its true ends in the IPv4 fields.
        if (!six || remote.IsIPv4MappedToIPv6) (remote, local) = (new IPAddress(new ReadOnlySpan<byte>(record.Remote4, 4)), new IPAddress(new ReadOnlySpan<byte>(record.Local4, 4)));
        _connections.Changed(new ConnectionChange(
            (KernelRecordKind)record.Head.Kind switch
            {
                KernelRecordKind.Connect => ConnectionEvent.Connect,
                KernelRecordKind.Accept => ConnectionEvent.Accept,
                KernelRecordKind.Close => ConnectionEvent.Close,
                _ => ConnectionEvent.Listen,
            },
            record.Head.Process, record.Head.ProcessStart / NanosecondsPerTick, Time(record.Head.At),
            new IPEndPoint(local, BinaryPrimitives.ReverseEndianness(record.LocalPort)), new IPEndPoint(remote, BinaryPrimitives.ReverseEndianness(record.RemotePort)),
            record.Flags.HasFlag(ConnectionFlags.Accepted), record.Flags.HasFlag(ConnectionFlags.Failed),
            (long)Math.Min(record.Sent, long.MaxValue), (long)Math.Min(record.Received, long.MaxValue)));
    }

    private DateTimeOffset Time(ulong monotonic) => _epoch + TimeSpan.FromTicks((long)(monotonic / 100));

    private void SeedListeners()
    {
        foreach (var (port, process) in SocketTables.Listeners())
        {
            if (ProcFolder.Read(process) is { } facts) _tracer.SeedListener(port, process, facts.StartTicks * NanosecondsPerTick);
        }
    }

    private static bool TryRead<T>(ReadOnlySpan<byte> bytes, out T value) where T : struct => MemoryMarshal.TryRead(bytes, out value);
}
