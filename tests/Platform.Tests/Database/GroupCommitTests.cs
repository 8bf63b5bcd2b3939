using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Xunit;

namespace Akashi.Platform.Tests.Database;

public sealed class GroupCommitTests
{
    private static readonly AsyncLocal<string?> Context = new();
    private readonly TenantId _tenant = TenantId.New(TimeProvider.System);

    [Fact]
    public async Task Add_WhileAGroupIsUnderWay_FormsOneNextGroupWithEachItsOwnResult()
    {
        var (gate, groups) = (new SemaphoreSlim(0), new List<int>());
        var queue = new GroupCommit<int, string>(async (_, items) =>
        {
            await gate.WaitAsync();
            lock (groups) groups.Add(items.Count);
            return [.. items.Select(item => $"{item}")];
        });
        var first = queue.AddAsync(_tenant, 0, CancellationToken.None);
        await Task.Delay(100, TestContext.Current.CancellationToken); // the first group is under way, or the ten join it: both are right
        var others = Enumerable.Range(1, 10).Select(i => queue.AddAsync(_tenant, i, CancellationToken.None)).ToList();
        gate.Release(11);
        Assert.Equal("0", await first);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"{i}"), await Task.WhenAll(others));
        Assert.True(groups.Count <= 3, $"{groups.Count} groups");
    }

    [Fact]
    public async Task Add_InAGroupThatFails_TellsEachWriterAndTheQueueGoesOn()
    {
        var fail = true;
        var queue = new GroupCommit<int, int>((_, items) => fail ? throw new InvalidOperationException("on purpose") : Task.FromResult(items.ToArray()));
        var writers = Enumerable.Range(0, 20).Select(i => queue.AddAsync(_tenant, i, CancellationToken.None)).ToList();
        foreach (var writer in writers) await Assert.ThrowsAsync<InvalidOperationException>(() => writer);
        fail = false;
        Assert.Equal(7, await queue.AddAsync(_tenant, 7, CancellationToken.None));
    }

    [Fact]
    public async Task Add_OfTheFirstRequest_DoesNotLendItsContextToTheQueue()
    {
        var seen = new List<string?>();
        var queue = new GroupCommit<int, int>((_, items) =>
        {
            seen.Add(Context.Value);
            return Task.FromResult(items.ToArray());
        });
        Context.Value = "the first request";
        await queue.AddAsync(_tenant, 1, CancellationToken.None);
        Assert.Null(Assert.Single(seen));
    }

    [Fact]
    public async Task Add_OfManyTenants_GivesEachItsOwnGroups()
    {
        var queue = new GroupCommit<int, TenantId>((tenant, items) => Task.FromResult(items.Select(_ => tenant).ToArray()));
        var tenants = Enumerable.Range(0, 50).Select(_ => TenantId.New(TimeProvider.System)).ToList();
        Assert.Equal(tenants, await Task.WhenAll(tenants.Select(tenant => queue.AddAsync(tenant, 1, CancellationToken.None))));
    }
}
