using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.TestKit.Crash;
using Akashi.TestKit.Nodes;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Nodes;

/// <summary>Two real servers, one PostgreSQL, one bucket, a real balancer: whatever one node does counts on the other.</summary>
[Collection(SharedNodes.Name)]
public sealed class BehindBalancerTests(TwoNodeService service)
{
    private const string SessionCookie = "__Host-akashi-session";
    private static readonly IPAddress Visitor = IPAddress.Parse("127.0.0.77");

    private NodePair Pair
    {
        get
        {
            Assert.SkipWhen(service.WhySkipped is not null, service.WhySkipped ?? "");
            return service.Pair;
        }
    }

    [Fact]
    public async Task Start_BothAtOnceOnNothing_ShareOneAuthorityAndKeepEachOthersTokens()
    {
        Assert.Equal(Pair.First.AuthorityPem, Pair.Second.AuthorityPem);
        foreach (var node in new[] { Pair.First, Pair.Second })
        {
            using var api = node.CreateApiClient("apiToken", NodePair.Front);
            Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(new Uri("/api/v1/users", UriKind.Relative))).StatusCode);
        }
        Assert.Equal(2, (await Pair.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.node")).Single());
    }

    [Fact]
    public async Task SignIn_WithMailedCodeFromNodeToNode_WorksOnBoth()
    {
        await Pair.SetPasswordAsync(TwoNodeService.Password, codes: true);
        try
        {
            var node = Pair.First.Address;
            using var browser = Pair.CreateBrowser(() => node);
            var outbox = Pair.OutboxOf(await Pair.TenantAsync());
            outbox.ReadNew();
            await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", NodePair.SignInFields(TwoNodeService.Password));
            node = Pair.Second.Address;
            await browser.SubmitAsync(ServiceHost.Portal, "/sign-in/code", [new("code", await outbox.NextCodeAsync())]);
            Assert.NotNull(browser.Cookie(ServiceHost.Portal, SessionCookie));
            foreach (var address in new[] { Pair.First.Address, Pair.Second.Address, NodePair.Front, NodePair.Front })
            {
                node = address;
                Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(ServiceHost.Portal, "/")).Status);
            }
        }
        finally
        {
            await Pair.SetPasswordAsync(TwoNodeService.Password, codes: false);
        }
    }

    /// <summary>Each request on a connection of its own, so that form and answer, portal and console meet different nodes.</summary>
    [Fact]
    public async Task HandOff_WithNodesTakingTurns_LeadsToTheConsole()
    {
        var turn = 0;
        using var browser = Pair.CreateBrowser(() => Interlocked.Increment(ref turn) % 2 == 0 ? Pair.First.Address : Pair.Second.Address);
        await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", NodePair.SignInFields(TwoNodeService.Password));
        for (var visit = 0; visit < 3; visit++)
        {
            var users = await browser.FollowAsync(await browser.GetAsync(ServiceHost.Console, "/users"));
            Assert.Equal(HttpStatusCode.OK, users.Status);
            Assert.Contains("<table", users.Body, StringComparison.Ordinal);
        }
        Assert.InRange(turn, 8, 100);
    }

    [Fact]
    public async Task Session_EndedThroughOneNode_IsRefusedByTheOtherWithinASecond()
    {
        var node = Pair.First.Address;
        using var browser = Pair.CreateBrowser(() => node);
        await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", NodePair.SignInFields(TwoNodeService.Password));
        var cookie = browser.Cookie(ServiceHost.Portal, SessionCookie)!;
        using var copy = Pair.CreateBrowser(() => Pair.Second.Address);
        copy.SetCookie(ServiceHost.Portal, SessionCookie, cookie);
        Assert.Equal(HttpStatusCode.OK, (await copy.GetAsync(ServiceHost.Portal, "/")).Status);
        await browser.SubmitAsync(ServiceHost.Portal, "/account/sessions", [], action: "/sign-out");
        var ended = Stopwatch.GetTimestamp();
        await TestWait.UntilAsync(async () => (await copy.GetAsync(ServiceHost.Portal, "/")).Status == HttpStatusCode.Redirect, TimeSpan.FromSeconds(10), "the other node to refuse the session");
        Assert.InRange(Stopwatch.GetElapsedTime(ended), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Address_OfAPersonBehindTheBalancer_IsThePersonsOwn()
    {
        using var browser = Pair.CreateBrowser(() => NodePair.Front, Visitor);
        for (var attempt = 0; attempt < 4; attempt++) // both nodes
            await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", [new("supportId", NodePair.SupportId), new("userId", $"visitor-{attempt}"), new("password", "Wrong-guess-1")]);
        var addresses = await Pair.Database.QueryAsOwnerAsync<string>("SELECT address FROM identity.sign_in_record WHERE user_key_tried LIKE 'visitor-%'");
        Assert.Equal(Enumerable.Repeat(Visitor.ToString(), 4), addresses);
    }

    /// <summary>Whoever reaches a node past the balancer cannot choose an address; who connects from the balancer's must say for whom.</summary>
    [Fact]
    public async Task Address_HeaderFromAnybodyElseOrNoneFromTheBalancer_IsRefused()
    {
        using var balancer = new HttpClient(NodeClients.CreateHandler(Pair.First.AuthorityPem, () => Pair.First.Address, NodePair.BalancerSource)) { BaseAddress = new Uri(Pair.Hosts.OriginOf(ServiceHost.Portal)) };
        await Assert.ThrowsAsync<HttpRequestException>(() => balancer.GetAsync(new Uri("/sign-in", UriKind.Relative)));
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(Pair.First.Address, Pair.Hosts.Port);
        await socket.GetStream().WriteAsync("PROXY TCP4 192.0.2.1 192.0.2.2 1 443\r\n"u8.ToArray());
        await using var tls = new System.Net.Security.SslStream(socket.GetStream());
        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(Pair.Hosts.NameOf(ServiceHost.Portal)));
    }

    [Fact]
    public async Task Jobs_AskedForThroughBoth_RunOnceEach()
    {
        const string job = "objects.reconcile";
        const int runs = 6;
        for (var asked = 0; asked < runs; asked++)
        {
            using var api = (asked % 2 == 0 ? Pair.First : Pair.Second).CreateApiClient("operatorApiToken");
            using var answer = await api.PostAsync(new Uri($"/api/v1/jobs/{job}/run", UriKind.Relative), null);
            Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            await TestWait.UntilAsync(async () => await CountAsync("SELECT count(*) FROM platform.job_run WHERE job = @job AND outcome <> 'running'", job) == asked + 1, TimeSpan.FromSeconds(60), "the job's run");
        }
        var found = await Pair.Database.QueryAsOwnerAsync<(string Outcome, string Message)>("SELECT outcome, english_message FROM platform.job_run WHERE job = @job", new { job });
        Assert.All(found, run => Assert.Equal(("succeeded", true), (run.Outcome, run.Message.Contains("objects", StringComparison.Ordinal))));
        Assert.Equal(runs, found.Count);
        Assert.Equal(2, await CountAsync("SELECT count(*) FROM quartz.qrtz_scheduler_state WHERE @job <> ''", job));
        // What both nodes have on their schedule ran on one at a time.
        const string overlaps = "SELECT count(*) FROM platform.job_run a JOIN platform.job_run b ON a.job = b.job AND a.id < b.id AND a.started_at < b.ended_at AND b.started_at < a.ended_at WHERE @job <> ''";
        Assert.Equal(0, await CountAsync(overlaps, job));
    }

    [Fact]
    public async Task Search_WithoutATraceStore_SaysSoAndBatchesWaitInTheArchive()
    {
        using var terminal = (await Pair.EnrolAsync(1, () => NodePair.Front))[0];
        var batch = new BatchLedger().Make(terminal.Tmid, TimeProvider.System.GetUtcNow(), 10);
        Assert.True((await terminal.PutAsync(batch)).Stored);
        Assert.False((await terminal.PutAsync(batch)).Stored); // again, as after a lost answer
        const string waiting = "SELECT count(*) FROM traces.batch b JOIN traces.pending_batch p ON p.tenant_id = b.tenant_id AND p.leaf_index = b.leaf_index WHERE b.batch_id = @id";
        Assert.Equal(1, (await Pair.Database.QueryAsOwnerAsync<long>(waiting, new { id = batch.Name.Id.ToString() })).Single());
        using var api = Pair.First.CreateApiClient("apiToken", NodePair.Front);
        foreach (var path in new[] { "/api/v1/traces?q=*", "/api/v1/traces/count?q=*", "/api/v1/traces/export?q=*" })
        {
            using var answer = await api.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("search-not-served", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        }
        using var browser = Pair.CreateBrowser(() => NodePair.Front);
        await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", NodePair.SignInFields(TwoNodeService.Password));
        var page = await browser.FollowAsync(await browser.GetAsync(ServiceHost.Console, "/traces"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
        Assert.Contains("失われることはありません", WebUtility.HtmlDecode(page.Body), StringComparison.Ordinal);
    }

    private async Task<long> CountAsync(string sql, string job) => (await Pair.Database.QueryAsOwnerAsync<long>(sql, new { job })).Single();
}
