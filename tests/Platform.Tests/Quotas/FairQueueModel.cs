using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Tests.Quotas;

/// <summary>Random use of a <see cref="FairQueue"/>, with what must hold checked after every step.</summary>
internal sealed class FairQueueModel(int seed)
{
    private const int Steps = 300;
    private const int Longest = 1000;

    private sealed record Waiter(TenantId Tenant, Task<FairPlace> Turn, CancellationTokenSource GiveUp)
    {
        /// <summary>How often each other tenant went first since this one heads its line and could have gone.</summary>
        public Dictionary<TenantId, int> Overtaken { get; } = [];
    }

    private readonly Seeded _chance = new(seed);
    private readonly List<(TenantId Tenant, FairPlace Place)> _inside = [];
    private readonly List<Waiter> _waiting = []; // in order of arrival
    private readonly TenantId[] _tenants = [.. Enumerable.Range(0, 4).Select(_ => TenantId.New(TimeProvider.System))];

    public async Task RunAsync()
    {
        var places = 1 + _chance.Next(4);
        var perTenant = 1 + _chance.Next(places);
        var queue = new FairQueue(places, perTenant, Longest, Longest);
        for (var step = 0; step < Steps; step++)
        {
            await StepAsync(queue, places, perTenant, entering: true);
        }
        while (_inside.Count + _waiting.Count > 0) await StepAsync(queue, places, perTenant, entering: false);
        Demand(queue.Waiting == 0, "the queue is empty in the end");
    }

    private async Task StepAsync(FairQueue queue, int places, int perTenant, bool entering)
    {
        switch (_chance.Next(entering ? 5 : 2))
        {
            case 0 or 1 when _inside.Count > 0:
                var leaving = _chance.Next(_inside.Count);
                var (_, place) = _inside[leaving];
                _inside.RemoveAt(leaving);
                place.Dispose();
                break;
            case 2 when _waiting.Count > 0:
                var gone = _waiting[_chance.Next(_waiting.Count)];
                await gone.GiveUp.CancelAsync();
                await ((Task)gone.Turn).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Demand(gone.Turn.IsCanceled, "who gives up is let go");
                _waiting.Remove(gone);
                gone.GiveUp.Dispose();
                break;
            case >= 3:
                var giveUp = new CancellationTokenSource();
                var tenant = _tenants[_chance.Next(4) == 0 ? _chance.Next(4) : 0]; // mostly one noisy tenant
                _waiting.Add(new Waiter(tenant, EnterAsync(queue, tenant, giveUp.Token), giveUp));
                break;
            default:
                return;
        }
        await SettleAsync(queue, perTenant);
        Demand(_inside.Count <= places, "no more inside than places");
        Demand(_inside.GroupBy(one => one.Tenant).All(group => group.Count() <= perTenant), "no more of a tenant than it may");
        Demand(_inside.Count == places || !_waiting.Any(one => Held(one.Tenant) < perTenant), "nobody waits who could go in");
        Demand(queue.Waiting == _waiting.Count, "all who wait are counted");
    }

    private async Task SettleAsync(FairQueue queue, int perTenant)
    {
        // At most one place was freed, so at most one of those who waited has come in; its task learns of it a moment later.
        Demand(queue.Waiting >= _waiting.Count - 1, "one place is one turn");
        if (queue.Waiting == _waiting.Count - 1)
        {
            await Task.WhenAny(_waiting.Select(one => one.Turn));
            var next = _waiting.Single(one => one.Turn.IsCompletedSuccessfully);
            Demand(_waiting.First(one => one.Tenant == next.Tenant) == next, "a tenant's own are served in order");
            _waiting.Remove(next);
            foreach (var head in _waiting.Where(one => one.Tenant != next.Tenant && Held(one.Tenant) < perTenant).DistinctBy(one => one.Tenant))
            {
                head.Overtaken[next.Tenant] = head.Overtaken.GetValueOrDefault(next.Tenant) + 1;
                Demand(head.Overtaken[next.Tenant] <= 1, "nobody goes first twice while another one waits");
            }
            _inside.Add((next.Tenant, await next.Turn));
            next.GiveUp.Dispose();
        }
    }

    private int Held(TenantId tenant) => _inside.Count(one => one.Tenant == tenant);

    private static async Task<FairPlace> EnterAsync(FairQueue queue, TenantId tenant, CancellationToken cancellation) =>
        (await queue.EnterAsync(tenant, int.MaxValue, cancellation)).TryGet(out var place, out var failure) ? place : throw new InvalidOperationException(failure.Code);

    private static void Demand(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException($"It does not hold that {what}.");
    }
}
