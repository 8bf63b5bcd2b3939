using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Traces.Index;
using Akashi.Traces.Receive;
using Akashi.Traces.Store.Writing;

namespace Akashi.Traces.Tests.Index;

public sealed class BatchSegmentsTests : IAsyncLifetime
{
    private const long Large = 256 << 20;

    private readonly List<(TaskCompletionSource Go, PendingLogs Logs)> _begun = [];
    private TracePipeline _pipeline = null!;

    public async ValueTask InitializeAsync() => _pipeline = await TracePipeline.StartAsync();

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    [Fact]
    public async Task Write_LargeLogsOfManyTerminals_AreInMemoryOneAtATime()
    {
        using var cancel = new CancellationTokenSource();
        var first = WriteAsync(1, Large);
        var second = WriteAsync(2, Large);
        var cancelled = WriteAsync(3, Large, cancel.Token);
        Assert.Single(_begun);
        var small = WriteAsync(4, 1000); // goes past them
        Assert.Equal(2, _begun.Count);
        _begun[1].Go.SetResult();
        Assert.Equal([4L], (await small).Leaves);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal((2, false), (_begun.Count, first.IsCompleted));

        _begun[0].Go.SetResult();
        Assert.Equal([1L], (await first).Leaves);
        await TestKit.TestWait.UntilAsync(() => Task.FromResult(_begun.Count == 3), TimeSpan.FromSeconds(30), "the second large log to have its turn");
        _begun[2].Go.SetResult();
        Assert.Equal([2L], (await second).Leaves);
    }

    [Fact]
    public async Task Write_LargeLogThatCannotBeRead_LetsTheNextOneIn()
    {
        var first = WriteAsync(1, Large);
        var second = WriteAsync(2, Large);
        _begun[0].Go.SetException(new InvalidDataException("damaged"));
        await Assert.ThrowsAsync<InvalidDataException>(() => first);
        await TestKit.TestWait.UntilAsync(() => Task.FromResult(_begun.Count == 2), TimeSpan.FromSeconds(30), "the second large log to have its turn");
        _begun[1].Go.SetResult();
        Assert.Equal([2L], (await second).Leaves);
    }

    /// <summary>Of a batch that says its log has so many bytes. What is read of it is short, and is read when it is told to.</summary>
    private Task<SegmentsOfBatches> WriteAsync(int number, long bytes, CancellationToken cancellation = default)
    {
        var batch = new PendingBatch(number, $"{number:x8}-0000-4000-8000-000000000000_202602012000000-{number:x32}.zip", "none", new DateTime(2026, 2, 1, 12, 0, 0, DateTimeKind.Utc), bytes);
        return _pipeline.Service<BatchSegments>().WriteAsync(_pipeline.Tenant, [batch], SegmentForm.Fresh, null, ReadAsync, cancellation);

        async Task<PendingLogs> ReadAsync(Akashi.Platform.Tenancy.TenantId tenant, IReadOnlyList<PendingBatch> batches, CancellationToken cancel)
        {
            if (bytes == Large) Assert.All(_begun.Where(other => other.Logs.All.Any(log => log.Batch.LogBytes == Large)), other => Assert.Fail("Another large log is in memory."));
            var (go, logs) = (new TaskCompletionSource(), new PendingLogs());
            _begun.Add((go, logs));
            var line = Encoding.UTF8.GetBytes($"02/01/2026 20:00:00.000 +0900 sn={number}");
            var log = new BatchLog(line.Length);
            line.CopyTo(log.Array, 0);
            logs.Add(batches[0], log);
            try
            {
                await go.Task;
                return logs;
            }
            catch
            {
                logs.Dispose();
                throw;
            }
        }
    }
}
