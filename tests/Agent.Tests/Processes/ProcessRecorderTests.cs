using System.Net;
using Akashi.Agent.Connections;

namespace Akashi.Agent.Tests.Processes;

/// <summary>Whose an event is that comes after the end of its process.</summary>
public sealed class ProcessRecorderTests : IDisposable
{
    /// <summary>Above the kernel's highest process id, so that /proc knows nothing of it.</summary>
    private const int Gone = 1 << 23;

    private readonly Recorders _recorders = new();

    public void Dispose() => _recorders.Dispose();

    [Fact]
    public void Resolve_ProcessThatEnded_IsStillKnownForAWhile()
    {
        _recorders.Processes.Forked(Gone, 100, 0, 0);
        _recorders.Processes.Stopped(Gone, 100, 0, DateTimeOffset.UnixEpoch);
        _recorders.Processes.Settle();
        Assert.Equal(100UL, _recorders.Processes.Resolve(Gone)?.StartTicks);
    }

    [Fact]
    public void Resolve_IdUsedAgain_IsTheOneThatBeganThen()
    {
        _recorders.Processes.Forked(Gone, 100, 0, 0);
        _recorders.Processes.Stopped(Gone, 100, 0, DateTimeOffset.UnixEpoch);
        _recorders.Processes.Forked(Gone, 200, 0, 0);
        Assert.Equal(200UL, _recorders.Processes.Resolve(Gone)?.StartTicks);
        Assert.Equal(200UL, _recorders.Processes.Resolve(Gone, 200)?.StartTicks);
        Assert.Null(_recorders.Processes.Resolve(Gone, 100));
    }

    /// <summary>A connection can be closed by the kernel long after its process ended.</summary>
    [Fact]
    public void Changed_ConnectionOfAnIdUsedAgain_IsNotTheNewProcess()
    {
        _recorders.Processes.Forked(Gone, 200, 0, 0);
        var end = new IPEndPoint(IPAddress.Loopback, 1);
        foreach (var start in (ulong[])[100, 200])
            _recorders.Connections.Changed(new ConnectionChange(ConnectionEvent.Close, Gone, start, DateTimeOffset.UnixEpoch, end, end, false, false, (long)start, 0));
        var closed = _recorders.Lines("net", "dcon").ToDictionary(line => line["send"], StringComparer.Ordinal);
        Assert.False(closed["100"].ContainsKey("psGUID"));
        Assert.True(closed["200"].ContainsKey("psGUID"));
    }
}
