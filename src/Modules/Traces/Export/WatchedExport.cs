using System.Runtime.CompilerServices;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Export;

/// <summary>Ends an export that is under way.</summary>
internal sealed class ExportEndedException(Failure failure) : Exception(failure.English)
{
    public Failure Failure => failure;
}

/// <summary>One export while it runs: starts the answer, tells how far it is, and stops when somebody asks for it.</summary>
/// <param name="id">Null when nobody watches.</param>
internal sealed class WatchedExport(TenantId tenant, Guid? id, ExportRuns runs, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>What fails within it is answered as a problem; a longer search starts the download while it still looks for the first trace.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _over = new();
    private Task _counting = Task.CompletedTask;
    private bool _begun;
    private long _rows;
    private long _toldAt;

    /// <param name="count">Counts what there will be, beside the export.</param>
    /// <returns>Null, or why it cannot begin.</returns>
    public async Task<Failure?> BeginAsync(Caller caller, string format, string query, Func<CancellationToken, Task<Outcome<long>>> count, CancellationToken cancellation)
    {
        if (id is not { } run) return null;
        if (await runs.BeginAsync(tenant, caller, run, format, query, cancellation) is { } failure) return failure;
        _begun = true;
        _counting = CountAsync(run, count);
        return null;
    }

    /// <param name="start">Sends the head of the answer.</param>
    public async IAsyncEnumerable<IReadOnlyList<FoundTrace>> FollowAsync(
        IAsyncEnumerable<IReadOnlyList<FoundTrace>> rows, Func<CancellationToken, Task> start, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var batches = rows.GetAsyncEnumerator(stop.Token);
        var next = batches.MoveNextAsync().AsTask();
        await Task.WhenAny(next, Task.Delay(AtOnce, clock, cancellation));
        if (!next.IsFaulted && !next.IsCanceled) await UntilMovedAsync(next, stop, () => start(cancellation));
        while (await next)
        {
            yield return batches.Current;
            _rows += batches.Current.Count;
            await TellAsync(cancellation);
            next = NextAsync(batches, stop);
        }
    }

    public async Task EndAsync(Failure? failure)
    {
        if (!_begun) return;
        var state = failure switch
        {
            null => ExportRuns.Done,
            ExportStopped => ExportRuns.Stopped,
            _ => ExportRuns.Failed,
        };
        await runs.EndAsync(tenant, id!.Value, state, _rows, failure);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _counting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    /// <summary>A search that looks for the next trace for long still tells that it lives, and can be stopped.</summary>
    private async Task<bool> NextAsync(IAsyncEnumerator<IReadOnlyList<FoundTrace>> batches, CancellationTokenSource stop)
    {
        var next = batches.MoveNextAsync().AsTask();
        await UntilMovedAsync(next, stop, async () =>
        {
            while (await Task.WhenAny(next, Task.Delay(Between, clock, stop.Token)) != next && !stop.IsCancellationRequested) await TellAsync(stop.Token);
        });
        return await next;
    }

    /// <summary>Does something while the search looks for the next trace. Should it fail, the search is waited for: nothing may be disposed of under it.</summary>
    private static async Task UntilMovedAsync(Task next, CancellationTokenSource stop, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch
        {
            await stop.CancelAsync();
            await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task TellAsync(CancellationToken cancellation)
    {
        if (!_begun || _toldAt != 0 && clock.GetElapsedTime(_toldAt) < Between) return;
        if (await runs.TellAsync(tenant, id!.Value, _rows, cancellation)) throw new ExportEndedException(new ExportStopped());
        _toldAt = clock.GetTimestamp();
    }

    private async Task CountAsync(Guid run, Func<CancellationToken, Task<Outcome<long>>> count)
    {
        await Task.Yield();
        if ((await count(_over.Token)).TryGet(out var total, out _)) await runs.SetTotalAsync(tenant, run, total, CancellationToken.None);
    }
}
