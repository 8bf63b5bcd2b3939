using System.Collections.Concurrent;
using System.Diagnostics;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;

namespace Akashi.TestKit.Crash;

/// <summary>
/// Terminals that offer traces at a steady rate whatever happens to the service. What cannot be sent waits; of the batches whose sending
/// failed half are tried again until they are taken, half are given up, so that both sides of "exactly once" are exercised.
/// </summary>
public sealed class TrafficSource : IAsyncDisposable
{
    private const int SendersEach = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(150);

    private readonly IReadOnlyList<TestTerminal> _terminals;
    private readonly BatchLedger _ledger;
    private readonly Chance _chance;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _offering = new();
    private readonly List<Task> _tasks = [];
    private readonly ConcurrentDictionary<string, int> _refusals = new(StringComparer.Ordinal);
    private long _waiting;
    private long _acknowledged;
    private long _givenUp;

    private TrafficSource(IReadOnlyList<TestTerminal> terminals, BatchLedger ledger, Chance chance, TimeProvider clock) => (_terminals, _ledger, _chance, _clock) = (terminals, ledger, chance, clock);

    /// <summary>Batches acknowledged so far.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    public long GivenUp => Interlocked.Read(ref _givenUp);

    /// <summary>Batches offered whose fate is open.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>How often each answer or fault other than a receipt occurred.</summary>
    public IReadOnlyDictionary<string, int> Refusals => _refusals;

    public static async Task<TrafficSource> StartAsync(RunningService service, int terminals, int linesPerBatch, int tracesPerSecond, BatchLedger ledger, Chance chance, TimeProvider clock)
    {
        var enrolled = new List<TestTerminal>();
        for (var i = 0; i < terminals; i++) enrolled.Add(await TestTerminal.EnrolAsync(service));
        return Start(enrolled, linesPerBatch, tracesPerSecond, ledger, chance, clock);
    }

    /// <param name="enrolled">Become the source's.</param>
    public static TrafficSource Start(IReadOnlyList<TestTerminal> enrolled, int linesPerBatch, int tracesPerSecond, BatchLedger ledger, Chance chance, TimeProvider clock)
    {
        var source = new TrafficSource(enrolled, ledger, chance, clock);
        var interval = TimeSpan.FromSeconds((double)linesPerBatch * enrolled.Count / tracesPerSecond);
        foreach (var terminal in enrolled) source.Start(terminal, linesPerBatch, interval);
        return source;
    }

    /// <summary>Offers nothing more and waits until the fate of everything offered is known.</summary>
    public async Task FinishAsync(TimeSpan patience)
    {
        await _offering.CancelAsync();
        await Task.WhenAll(_tasks).WaitAsync(patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _offering.CancelAsync();
        foreach (var terminal in _terminals) terminal.Dispose();
        _offering.Dispose();
    }

    private void Start(TestTerminal terminal, int lines, TimeSpan interval)
    {
        var queue = System.Threading.Channels.Channel.CreateUnbounded<TestBatch>();
        _tasks.Add(Task.Run(async () =>
        {
            // Counted from the start, so that a busy machine delays batches but never lowers the rate.
            var began = Stopwatch.GetTimestamp();
            for (var made = 0; !_offering.IsCancellationRequested; made++)
            {
                var due = interval * made - Stopwatch.GetElapsedTime(began);
                if (due > TimeSpan.Zero) await Task.Delay(due, _clock, _offering.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Interlocked.Increment(ref _waiting);
                queue.Writer.TryWrite(_ledger.Make(terminal.Tmid, _clock.GetUtcNow(), lines));
            }
            queue.Writer.Complete();
        }));
        for (var sender = 0; sender < SendersEach; sender++) _tasks.Add(Task.Run(() => SendAllAsync(terminal, queue.Reader)));
    }

    private async Task SendAllAsync(TestTerminal terminal, System.Threading.Channels.ChannelReader<TestBatch> queue)
    {
        await foreach (var batch in queue.ReadAllAsync())
        {
            var stubborn = _chance.Next(2) == 0;
            while (true)
            {
                if (await TrySendAsync(terminal, batch)) break;
                if (!stubborn && !_offering.IsCancellationRequested)
                {
                    Interlocked.Increment(ref _givenUp);
                    break;
                }
                stubborn = true; // at the end nobody gives up any more: it must all go through
                await Task.Delay(Pause, _clock);
            }
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<bool> TrySendAsync(TestTerminal terminal, TestBatch batch)
    {
        using var limit = new CancellationTokenSource(Patience, _clock);
        try
        {
            var answer = await terminal.PutAsync(batch, limit.Token);
            if (!answer.Acknowledged)
            {
                _refusals.AddOrUpdate($"{(int)answer.Status} {answer.Code}", 1, static (_, count) => count + 1);
                return false;
            }
            _ledger.Acknowledge(batch);
            Interlocked.Increment(ref _acknowledged);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or System.Text.Json.JsonException)
        {
            _refusals.AddOrUpdate(e is HttpRequestException { HttpRequestError: var error } ? error.ToString() : e.GetType().Name, 1, static (_, count) => count + 1);
            return false;
        }
    }
}
