using Akashi.Identity.Passwords;

namespace Akashi.Identity.Tests.Passwords;

public sealed class PasswordQueueTests
{
    [Fact]
    public async Task TryEnter_Full_IsNullUntilSomebodyLeaves()
    {
        using var queue = new PasswordQueue(workers: 1, waiting: 1);
        var first = queue.TryEnter();
        using var second = queue.TryEnter();
        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.Null(queue.TryEnter());
        first.Dispose();
        first.Dispose(); // leaving twice frees one place
        using var third = queue.TryEnter();
        Assert.NotNull(third);
        Assert.Null(queue.TryEnter());
        Assert.Equal(7, await third.RunAsync(() => 7, CancellationToken.None));
    }

    [Fact]
    public async Task RunAsync_ManyAtOnce_NeverMoreThanTheWorkers()
    {
        using var queue = new PasswordQueue(workers: 2, waiting: 30);
        int running = 0, highest = 0;
        var gate = new Lock();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            using var place = queue.TryEnter()!;
            await place.RunAsync(() =>
            {
                lock (gate) highest = Math.Max(highest, ++running);
                Thread.SpinWait(200_000);
                lock (gate) running--;
                return 0;
            }, CancellationToken.None);
        }));
        Assert.InRange(highest, 1, 2);
    }
}
