using Akashi.TestKit.Crash;
using Akashi.TestKit.Nodes;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Nodes;

/// <summary>A node is killed while batches stream and people sign in; what was acknowledged is there, and the others go on.</summary>
[Collection(SharedNodes.Name)]
public sealed class NodeLossTests(TwoNodeService service)
{
    private const int Terminals = 4, LinesPerBatch = 50, TracesPerSecond = 600, People = 2, LeastBatches = 20;
    private static readonly TimeSpan DrainPatience = TimeSpan.FromMinutes(2);

    [Fact]
    public Task Kill_EachNodeOnceUnderLoad_LosesNothingAcknowledged() => RunAsync(kills: 2);

    [Fact]
    public Task Kill_TwentyUnderLoad_LosesNothingAcknowledged()
    {
        Needs.LongRun("twenty kills take several minutes");
        return RunAsync(kills: 20);
    }

    private async Task RunAsync(int kills)
    {
        Assert.SkipWhen(service.WhySkipped is not null, service.WhySkipped ?? "");
        var (pair, balancer, output) = (service.Pair, service.Balancer, TestContext.Current.TestOutputHelper!);
        var chance = Chance.FromEnvironment();
        output.WriteLine($"Seed {chance.Seed}; again with AKASHI_CRASH_SEED={chance.Seed}.");
        var ledger = new BatchLedger();
        await using var traffic = TrafficSource.Start(await pair.EnrolAsync(Terminals, () => NodePair.Front), LinesPerBatch, TracesPerSecond, ledger, chance, TimeProvider.System);
        await using var people = new PeopleSigningIn(pair, TwoNodeService.Password, People, () => NodePair.Front);
        var survivor = pair.Second;
        for (var kill = 0; kill < kills; kill++)
        {
            var (victim, name) = kill % 2 == 0 ? (pair.First, "first") : (pair.Second, "second");
            survivor = kill % 2 == 0 ? pair.Second : pair.First;
            await GoesOnAsync(traffic, people, "before the kill");
            await Task.Delay(TimeSpan.FromMilliseconds(chance.Next(500)), TimeProvider.System);
            await victim.KillAsync();
            await GoesOnAsync(traffic, people, "with one node");
            Assert.Equal(0, await people.UnknownAtAsync(survivor));

            await victim.StartAsync();
            await Eventually.HoldsAsync(async () => await balancer.UpAsync() == 2, "the balancer takes the node back");
            var before = await balancer.SessionsAsync(name);
            await Eventually.HoldsAsync(async () => await balancer.SessionsAsync(name) >= before + LeastBatches, "the node takes its share");
        }
        await people.StopAsync();
        await traffic.FinishAsync(DrainPatience);
        output.WriteLine($"Offered {ledger.OfferedBatches} batches, acknowledged {ledger.AcknowledgedBatches}, given up {traffic.GivenUp}; {people.SignedIn} sign-ins.");
        output.WriteLine("Refusals: " + string.Join(", ", traffic.Refusals.Concat(people.Refusals).Select(refusal => $"{refusal.Key} × {refusal.Value}")));
        Assert.Equal(ledger.OfferedBatches - traffic.GivenUp, ledger.AcknowledgedBatches);
        Assert.Empty(ledger.Judge(await pair.ManifestAsync()));
        Assert.Equal(0, await people.UnknownAtAsync(survivor));
        // Reads every object back from the bucket, as the node that lived through it all.
        var verified = await survivor.VerifyAsync();
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
    }

    private static async Task GoesOnAsync(TrafficSource traffic, PeopleSigningIn people, string when)
    {
        var (batches, sessions) = (traffic.Acknowledged, people.SignedIn);
        await Eventually.HoldsAsync(() => traffic.Acknowledged >= batches + LeastBatches && people.SignedIn >= sessions + People, $"batches are taken and people sign in {when}");
    }
}
