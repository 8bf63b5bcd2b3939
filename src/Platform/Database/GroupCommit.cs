using System.Collections.Concurrent;
using System.Threading.Channels;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Database;

/// <summary>
/// Lets writers of one tenant that wait at the same time share one transaction, and so one fsync of PostgreSQL. One group a tenant is
/// under way at a time; those who come meanwhile form the next.
/// </summary>
/// <param name="commit">Writes and commits a group; one result for each item, in their order. What it throws, every writer of the group gets.</param>
public sealed class GroupCommit<TItem, TResult>(Func<TenantId, IReadOnlyList<TItem>, Task<TResult[]>> commit)
{
    private const int MaximumGroup = 256;
    private const int MaximumWaiting = 4096;

    private sealed record Waiting(TItem Item)
    {
        public TaskCompletionSource<TResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private readonly ConcurrentDictionary<TenantId, Lazy<Channel<Waiting>>> _queues = new();

    /// <returns>Once the item is committed.</returns>
    /// <param name="cancellation">Counts while the queue is full; from then on the commit may happen, and its outcome must be known.</param>
    public async Task<TResult> AddAsync(TenantId tenant, TItem item, CancellationToken cancellation)
    {
        var queue = _queues.GetOrAdd(tenant, key => new Lazy<Channel<Waiting>>(() => StartQueue(key))).Value;
        var waiting = new Waiting(item);
        await queue.Writer.WriteAsync(waiting, cancellation);
        return await waiting.Done.Task;
    }

    private Channel<Waiting> StartQueue(TenantId tenant)
    {
        var queue = Channel.CreateBounded<Waiting>(MaximumWaiting);
        // The queue outlives the request that happened to start it, and must not keep that one's context.
        using (ExecutionContext.SuppressFlow()) _ = Task.Run(() => CommitGroupsAsync(tenant, queue.Reader));
        return queue;
    }

    private async Task CommitGroupsAsync(TenantId tenant, ChannelReader<Waiting> queue)
    {
        var group = new List<Waiting>();
        while (await queue.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < MaximumGroup && queue.TryRead(out var waiting)) group.Add(waiting);
            try
            {
                var results = await commit(tenant, group.ConvertAll(waiting => waiting.Item));
                for (var i = 0; i < group.Count; i++) group[i].Done.SetResult(results[i]);
            }
            catch (Exception e)
            {
                // Each writer learns of it; the queue goes on with the next group.
                foreach (var waiting in group) waiting.Done.TrySetException(e);
            }
        }
    }
}
