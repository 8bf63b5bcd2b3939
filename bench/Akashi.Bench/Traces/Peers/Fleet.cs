using System.Diagnostics;
using Akashi.Agent.Protocol;
using Akashi.Bench.Receive;
using Akashi.Bench.Traces.Rows;

namespace Akashi.Bench.Traces.Peers;

/// <summary>Terminals that enrolled like any other, each in one of a few streams that send one batch after another in the order of their times.</summary>
internal sealed class Fleet : IDisposable
{
    private readonly IReadOnlyList<ZippedBatch> _batches;
    private readonly Dictionary<Tmid, BenchTerminal> _terminals;
    private int _refusals;

    private Fleet(IReadOnlyList<ZippedBatch> batches, Dictionary<Tmid, BenchTerminal> terminals) => (_batches, _terminals) = (batches, terminals);

    /// <summary>How often a batch was to come again later.</summary>
    public int Refusals => _refusals;

    public static async Task<Fleet> EnrolAsync(BenchService service, IReadOnlyList<ZippedBatch> batches)
    {
        var terminals = new Dictionary<Tmid, BenchTerminal>();
        foreach (var tmid in batches.Select(batch => batch.Name.Tmid).Distinct()) terminals.Add(tmid, await BenchTerminal.EnrolAsync(service, service.Token, tmid));
        return new Fleet(batches, terminals);
    }

    public Task SendAsync(int streams)
    {
        var streamOf = _terminals.Keys.Index().ToDictionary(item => item.Item, item => item.Index % streams);
        return Task.WhenAll(Enumerable.Range(0, streams).Select(stream => Task.Run(async () =>
        {
            foreach (var batch in _batches)
                if (streamOf[batch.Name.Tmid] == stream) await SendAsync(batch, CancellationToken.None);
        })));
    }

    /// <summary>As many rows a second as wanted, until it is cancelled.</summary>
    public async Task<long> SendEvenlyAsync(int rowsPerSecond, CancellationToken cancellation)
    {
        var (started, sent) = (Stopwatch.GetTimestamp(), 0L);
        var under = new List<Task>();
        foreach (var batch in _batches)
        {
            var wait = TimeSpan.FromSeconds((double)sent / rowsPerSecond) - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellation.IsCancellationRequested) break;
            under.Add(SendAsync(batch, CancellationToken.None));
            sent += batch.Lines;
        }
        await Task.WhenAll(under);
        return sent;
    }

    public void Dispose()
    {
        foreach (var terminal in _terminals.Values) terminal.Dispose();
    }

    private async Task SendAsync(ZippedBatch batch, CancellationToken cancellation)
    {
        var ready = new BenchBatch(batch.Name, await File.ReadAllBytesAsync(batch.File, cancellation), batch.Lines);
        while (await _terminals[batch.Name.Tmid].TrySendAsync(ready) is { } later)
        {
            Interlocked.Increment(ref _refusals);
            await Task.Delay(later, cancellation);
        }
    }
}
