using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Akashi.Platform.Web.Balancers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Akashi.Platform.Tests.Web.Balancers;

/// <summary>How long a balancer may take to say for whom it connects; the time passes by hand.</summary>
public sealed class ProxyConnectionsTests
{
    private const string Header = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10), Moment = TimeSpan.FromMilliseconds(1);

    private readonly TimerClock _clock = new();
    /// <summary>What is written has been read when the writing returns.</summary>
    private readonly Pipe _sent = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
    private readonly TaskCompletionSource _served = new();
    private EndPoint? _reached;

    /// <summary>For what has been done already, unless it is broken.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connection_SaysNothing_EndsAtTheLimit()
    {
        var connection = ConnectAsync();
        _clock.Advance(Limit - Moment);
        Assert.False(connection.IsCompleted);
        _clock.Advance(Moment);
        await connection.WaitAsync(Patience, Cancellation);
        Assert.Null(_reached);
    }

    /// <summary>A byte now and then does not hold the connection open.</summary>
    [Fact]
    public async Task Connection_SaysItByteByByte_EndsAtTheSameLimit()
    {
        var connection = ConnectAsync();
        foreach (var letter in Header[..9])
        {
            await _sent.Writer.WriteAsync(new[] { (byte)letter }, Cancellation);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.False(connection.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await connection.WaitAsync(Patience, Cancellation);
        Assert.Null(_reached);
    }

    [Fact]
    public async Task Connection_SaysItInTime_IsTheClientsAndHasNoLimitAnyMore()
    {
        var connection = ConnectAsync();
        _clock.Advance(Limit - Moment);
        await _sent.Writer.WriteAsync(Encoding.ASCII.GetBytes(Header), Cancellation);
        Assert.Equal(IPEndPoint.Parse("192.0.2.1:56324"), _reached);
        _clock.Advance(Limit * 10);
        Assert.False(connection.IsCompleted);
        _served.SetResult();
        await connection.WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task Connection_OfAnybodyElse_IsServedAsItComes()
    {
        var stranger = IPEndPoint.Parse("198.51.100.9:1234");
        var connection = ConnectAsync(stranger);
        await _sent.Writer.WriteAsync(Encoding.ASCII.GetBytes(Header), Cancellation);
        Assert.Equal(stranger, _reached);
        _clock.Advance(Limit * 10);
        Assert.False(connection.IsCompleted);
        _served.SetResult();
        await connection.WaitAsync(Patience, Cancellation);
    }

    private Task ConnectAsync(IPEndPoint? from = null)
    {
        var connection = new DefaultConnectionContext("test", new Duplex(_sent.Reader, new Pipe().Writer), new Duplex(new Pipe().Reader, _sent.Writer)) { RemoteEndPoint = from ?? IPEndPoint.Parse("10.0.0.1:1") };
        return new ProxyConnections(ServeAsync, [IPNetwork.Parse("10.0.0.0/8")], _clock, NullLogger.Instance).OnConnectionAsync(connection);
    }

    private Task ServeAsync(ConnectionContext connection)
    {
        _reached = connection.RemoteEndPoint;
        return _served.Task;
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}

/// <summary>Timers, too, are due by hand alone; a callback runs within <see cref="Advance"/>.</summary>
internal sealed class TimerClock : TimeProvider
{
    private readonly ConcurrentDictionary<Timer, TimeSpan> _due = new();
    private TimeSpan _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        _now += time;
        foreach (var (timer, _) in _due.Where(one => one.Value <= _now).OrderBy(one => one.Value))
            if (_due.TryRemove(timer, out _)) timer.Run();
    }

    private sealed class Timer(TimerClock clock, Action callback) : ITimer
    {
        public void Run() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan) clock._due.TryRemove(this, out _);
            else clock._due[this] = clock._now + dueTime;
            return true;
        }

        public void Dispose() => clock._due.TryRemove(this, out _);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
