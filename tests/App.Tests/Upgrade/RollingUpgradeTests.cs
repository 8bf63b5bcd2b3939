using System.Net;
using System.Text.RegularExpressions;
using Akashi.App.Tests.Nodes;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.TestKit.Crash;
using Akashi.TestKit.Nodes;
using Akashi.TestKit.S3;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Upgrade;

/// <summary>The previous release serves, this one starts beside it and migrates, both serve, the old one stops: nobody notices.</summary>
public sealed partial class RollingUpgradeTests
{
    private const string Password = "Upgrade-2026";
    private const int Terminals = 3, LinesPerBatch = 50, TracesPerSecond = 450, People = 2, LeastBatches = 15;
    private static readonly TimeSpan DrainPatience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Upgrade_OldAndNewOnOneDatabase_LosesNothingAndFailsNoRequest()
    {
        Assert.SkipWhen(S3Peer.WhySkipped is not null, S3Peer.WhySkipped ?? "");
        await using var pair = await NodePair.PrepareAsync(await PreviousRelease.ServerAsync(), BuiltPrograms.Server);
        var (old, current, output) = (pair.First, pair.Second, TestContext.Current.TestOutputHelper!);
        await old.StartAsync();
        await pair.SetPasswordAsync(Password, codes: false);
        var before = await MigrationsAsync(pair);

        // In place of a balancer: first the old one alone, then in turns, then the new one alone.
        IPAddress[] serving = [old.Address];
        var turn = 0;
        IPAddress Next() => serving[Interlocked.Increment(ref turn) % serving.Length];
        var ledger = new BatchLedger();
        await using var traffic = TrafficSource.Start(await pair.EnrolAsync(Terminals, Next), LinesPerBatch, TracesPerSecond, ledger, Chance.FromEnvironment(), TimeProvider.System);
        await using var people = new PeopleSigningIn(pair, Password, People, Next);
        await GoesOnAsync(traffic, people, "at the old release");

        await current.StartAsync();
        output.WriteLine($"{before} migrations of the old release, {await MigrationsAsync(pair)} of both.");
        await GoesOnAsync(traffic, people, "at the old release after the migrations");
        serving = [old.Address, current.Address];
        await GoesOnAsync(traffic, people, "at both");
        foreach (var node in new[] { old, current })
        {
            Assert.Equal(0, await people.UnknownAtAsync(node));
            var pages = await PagesAsync(pair, node);
            output.WriteLine($"{node.Address}: {string.Join(' ', pages.Keys)}");
            Assert.InRange(pages.Count, 5, 100);
            Assert.All(pages, page => Assert.True(page.Value == HttpStatusCode.OK || (page.Key == "/traces" && page.Value == HttpStatusCode.ServiceUnavailable), $"{page.Key} on {node.Address}: {page.Value}"));
        }
        Assert.Empty(traffic.Refusals);
        Assert.Empty(people.Refusals);

        serving = [current.Address];
        await old.StopAsync();
        await GoesOnAsync(traffic, people, "at the new release");
        await people.StopAsync();
        await traffic.FinishAsync(DrainPatience);
        output.WriteLine($"Offered {ledger.OfferedBatches} batches, acknowledged {ledger.AcknowledgedBatches}, given up {traffic.GivenUp}; {people.SignedIn} sign-ins. Refusals: {string.Join(", ", traffic.Refusals)}");
        Assert.Empty(ledger.Judge(await pair.ManifestAsync()));
        var verified = await current.VerifyAsync();
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
    }

    private static async Task<long> MigrationsAsync(NodePair pair) => (await pair.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.migration")).Single();

    /// <summary>Every page that the console's navigation offers to an administrator, as one node shows it.</summary>
    private static async Task<IReadOnlyDictionary<string, HttpStatusCode>> PagesAsync(NodePair pair, TestNode node)
    {
        using var browser = pair.CreateBrowser(() => node.Address);
        await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", NodePair.SignInFields(Password));
        var home = await browser.FollowAsync(await browser.GetAsync(ServiceHost.Portal, "/to/console?return=/users"));
        Assert.Equal(HttpStatusCode.OK, home.Status);
        var found = new SortedDictionary<string, HttpStatusCode>(StringComparer.Ordinal);
        foreach (var path in Link().Matches(home.Body).Select(match => match.Groups[1].Value).Distinct())
            found[path] = (await browser.FollowAsync(await browser.GetAsync(ServiceHost.Console, path))).Status;
        return found;
    }

    private static async Task GoesOnAsync(TrafficSource traffic, PeopleSigningIn people, string when)
    {
        var (batches, sessions) = (traffic.Acknowledged, people.SignedIn);
        await Eventually.HoldsAsync(() => traffic.Acknowledged >= batches + LeastBatches && people.SignedIn >= sessions + People, $"batches are taken and people sign in {when}");
    }

    [GeneratedRegex("<a[^>]* href=\"(/[a-z][a-z0-9/-]*)\"", RegexOptions.None, 1000)]
    private static partial Regex Link();
}
