using System.Net;
using System.Text.Json;
using Akashi.TestKit.ClickHouse;
using Akashi.TestKit.Nodes;
using Akashi.TestKit.S3;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.Nodes;

/// <summary>Two real servers behind a balancer with ClickHouse beside them: what is sent to either is found through both, each line once, also when one is killed.</summary>
public sealed class TwoNodeSearchTests
{
    private const int Lines = 40, Batches = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Search_ThroughEitherNode_FindsEachLineOnce()
    {
        Needs.LongRun("two servers, a balancer and ClickHouse take a minute");
        var skip = TestBalancer.WhySkipped ?? S3Peer.WhySkipped ?? TestClickHouse.WhySkipped;
        Assert.SkipWhen(skip is not null, skip ?? "");
        await using var clickHouse = new TestClickHouse();
        await clickHouse.StartAsync();
        await using var pair = await NodePair.PrepareAsync(BuiltPrograms.Server, BuiltPrograms.Server, clickHouse.Options("akashi"));
        await Task.WhenAll(pair.First.StartAsync(), pair.Second.StartAsync());
        await using var balancer = await TestBalancer.StartAsync(NodePair.Front, NodePair.BalancerSource, pair.First, pair.Second);
        using var first = pair.First.CreateApiClient("apiToken");
        using var second = pair.Second.CreateApiClient("apiToken");
        using var front = pair.First.CreateApiClient("apiToken", NodePair.Front);
        var terminals = await pair.EnrolAsync(3, () => NodePair.Front);

        await SendAsync(terminals, "early");
        foreach (var client in new[] { first, second, front }) await FindsAsync(client, "early", Batches * Lines);
        var loading = SendAsync(terminals, "late");
        await pair.First.KillAsync();
        await loading;
        await FindsAsync(second, "late", Batches * Lines);
        await FindsAsync(front, "early", Batches * Lines);
        await pair.First.StartAsync();
        await FindsAsync(first, "late", Batches * Lines);
        await FindsAsync(first, "early OR late", 2 * Batches * Lines);
        // Reads the archive and the rows in ClickHouse, line by line.
        var verified = await pair.Second.VerifyAsync();
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
        Assert.Contains($"{2 * Batches * Lines} searchable lines in ClickHouse", verified.Output, StringComparison.Ordinal);
        foreach (var terminal in terminals) terminal.Dispose();
    }

    private static async Task SendAsync(IReadOnlyList<TestTerminal> terminals, string word)
    {
        for (var number = 0; number < Batches; number++)
        {
            var (terminal, now) = (terminals[number % terminals.Count], TimeProvider.System.GetUtcNow());
            var batch = TestBatch.Of(terminal.Tmid, now, Enumerable.Range(0, Lines).Select(line => $"{now.ToOffset(TimeSpan.FromHours(9)):MM/dd/yyyy HH:mm:ss.fff} +0900 evt=ps subEvt=start sn={line} cmd=\"{word} {number}\""));
            await Eventually.HoldsAsync(async () =>
            {
                try
                {
                    return (await terminal.PutAsync(batch)).Acknowledged;
                }
                catch (HttpRequestException)
                {
                    return false; // its connection went with the node
                }
            }, "the batch is taken", Patience);
        }
    }

    private static async Task FindsAsync(HttpClient client, string query, long expected)
    {
        var said = "";
        await Eventually.HoldsAsync(async () =>
        {
            using var answer = await client.GetAsync(new Uri($"/api/v1/traces/count?q={Uri.EscapeDataString(query)}", UriKind.Relative));
            said = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode != HttpStatusCode.OK) return false;
            using var body = JsonDocument.Parse(said);
            var count = body.RootElement.GetProperty("count").GetInt64();
            Assert.True(count <= expected, $"'{query}' finds {count} instead of {expected}.");
            return count == expected;
        }, $"'{query}' finds {expected} ({said})", Patience);
    }
}
