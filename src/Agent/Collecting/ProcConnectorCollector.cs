using Akashi.Agent.Kernel;
using Akashi.Agent.Processes;
using Akashi.Agent.Recording;

namespace Akashi.Agent.Collecting;

/// <summary>The connector is not permitted (not root, or a container).</summary>
internal sealed class ConnectorException(string message) : Exception(message);

/// <summary>
/// Processes by the kernel's process connector, where BPF is not permitted. It tells process ids only: the rest is read from /proc, and
/// what was gone by then is recorded as incomplete.
/// </summary>
internal sealed unsafe class ProcConnectorCollector : ICollector
{
    private const int NetlinkFamily = 16, Connector = 11, Datagram = 2, NonBlocking = 0x800;
    private const int SocketLevel = 1, ReceiveBufferForced = 33, ReceiveBuffer = 4 * 1024 * 1024;
    private const uint ProcessGroup = 1, Listen = 1;
    private const ulong NanosecondsPerTick = 10_000_000;

    private readonly int _socket;
    private readonly ProcessRecorder _processes;
    private readonly Counters _counters;
    private readonly TimeProvider _clock;
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <exception cref="ConnectorException">Not permitted.</exception>
    public ProcConnectorCollector(ProcessRecorder processes, Counters counters, TimeProvider clock)
    {
        (_processes, _counters, _clock) = (processes, counters, clock);
        _socket = LibC.Socket(NetlinkFamily, Datagram | LibC.CloseOnExec | NonBlocking, Connector);
        if (_socket < 0) throw new ConnectorException($"The process connector cannot be used: {LibC.Error}.");
        var size = ReceiveBuffer;
        _ = LibC.SetSocketOption(_socket, SocketLevel, ReceiveBufferForced, &size, sizeof(int)); // smaller only means earlier, counted loss
        var address = stackalloc uint[3] { NetlinkFamily, 0, ProcessGroup };
        var subscribe = stackalloc uint[10] { 40, 3, 0, 0, ProcessGroup, 1, 0, 0, 4, Listen }; // nlmsghdr, cn_msg, operation
        if (LibC.Bind(_socket, address, 12) != 0 || LibC.Send(_socket, subscribe, 40, 0) < 0)
        {
            var error = LibC.Error;
            _ = LibC.Close(_socket);
            throw new ConnectorException($"The process connector cannot be used: {error}.");
        }
    }

    public IEnumerable<(string Kind, string Source)> Sources => [("Process", "proc connector")];

    public int Descriptor => _socket; // /proc must be read before the process is gone

    public void Fetch()
    {
    }

    public void Deliver()
    {
        while (true)
        {
            nint received;
            fixed (byte* target = _buffer) received = LibC.Receive(_socket, target, (nuint)_buffer.Length, 0);
            if (received < 0 && LibC.LastError == LibC.NoBufferSpace)
            {
                _counters.Lost("proc connector", 1); // the kernel does not say how many
                continue;
            }
            if (received <= 0) return;
            ReadOnlySpan<byte> messages = _buffer.AsSpan(0, (int)received);
            while (ProcEvent.TryRead(ref messages, out var message)) Handle(message);
        }
    }

    public void Dispose() => _ = LibC.Close(_socket);

    private void Handle(in ProcEvent message)
    {
        switch (message.Kind)
        {
            case ProcEventKind.Fork when message.Process == message.Thread:
                _processes.Forked(message.Process, Ticks(message), message.Parent, _processes.Find(message.Parent)?.StartTicks ?? 0);
                break;
            case ProcEventKind.Execute:
                Execute(message);
                break;
            case ProcEventKind.Exit when message.Process == message.Thread && _processes.Find(message.Process) is { } entry:
                _processes.Stopped(message.Process, entry.StartTicks, WaitStatus.ExitCode(message.Status), Time(message.At));
                break;
        }
    }

    private void Execute(in ProcEvent message)
    {
        // The start the table got by the fork message is kept, so that the process has one GUID.
        var known = _processes.Find(message.Process) is { EndedAt: 0 } entry ? entry : null;
        if (ProcFolder.Read(message.Process) is { } facts)
        {
            ProcFolderStart.Record(_processes, facts, known?.StartTicks ?? facts.StartTicks, Time(message.At));
            return;
        }
        _processes.Started(new ProcessStart
        {
            At = Time(message.At),
            Id = message.Process,
            StartTicks = known?.StartTicks ?? Ticks(message),
            ParentId = known?.ParentId ?? 0,
            LoginUser = uint.MaxValue,
            Session = uint.MaxValue,
            Incomplete = true,
        });
    }

    /// <summary>/proc may show the same start; the message's time is in the same unit and close enough to tell processes apart.</summary>
    private static ulong Ticks(in ProcEvent message) =>
        ProcFolder.StartTicks(message.Process) ?? message.At / NanosecondsPerTick;

    private DateTimeOffset Time(ulong monotonic) => _clock.GetUtcNow() - TimeSpan.FromTicks(_clock.GetTimestamp() / 100 - (long)(monotonic / 100));
}
