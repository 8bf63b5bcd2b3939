using System.Globalization;
using System.Net;
using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Platform.Calendar;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.Traces;
using Akashi.Traces.Tail;

namespace Akashi.Portal.Tests.Tail;

/// <summary>A server of its own: what others send must not be in the way.</summary>
public sealed class TailServer : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public TwoTenants Tenants { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync(new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new TracesModule(), new PortalModule());
        Tenants = await TwoTenants.CreateAsync(Server);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>Traces as they are received, over HTTP.</summary>
public sealed class TailTests(TailServer fixture) : IClassFixture<TailServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestServer _server = fixture.Server;
    private readonly TwoTenants _tenants = fixture.Tenants;

    [Fact]
    public async Task Tail_BatchesReceived_TellsWhatFitsInOrder()
    {
        using var tail = await OpenAsync(_tenants.A, "cmd:one");
        await SendAsync(_tenants.A, Lines("one", 3) + Line(9, "other"));
        await SendAsync(_tenants.A, Line(4, "one") + "no trace at all\r\n");
        foreach (var number in new[] { 0, 1, 2, 4 })
        {
            var row = (await tail.NextAsync("trace")).Data;
            Assert.Contains($"sn={number} ", row.GetProperty("line").GetString(), StringComparison.Ordinal);
            Assert.Equal(PortalServer.Terminal, row.GetProperty("tmid").GetString());
        }
        Assert.Equal(4, tail.Seen.Count(one => one.Name == "trace"));
        using var unparsed = await OpenAsync(_tenants.A, "\"trace at all\"", "0_0");
        Assert.True(Assert.Single(unparsed.Seen, one => one.Name == "trace").Data.GetProperty("unparsed").GetBoolean());
    }

    [Fact]
    public async Task Tail_RowTold_IsFoundByItsIdOnceIndexed()
    {
        using var tail = await OpenAsync(_tenants.A, "cmd:same");
        await SendAsync(_tenants.A, Line(1, "same"));
        var id = (await tail.NextAsync("trace")).Data.GetProperty("id").GetString();
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.A);
        await TestWait.UntilAsync(async () => (await browser.GetAsync(ServiceHost.Console, "/traces/row/" + id)).Status == HttpStatusCode.OK, Patience);
    }

    [Fact]
    public async Task Tail_OfAnotherTenant_TellsNothing()
    {
        using var other = await OpenAsync(_tenants.B, "*");
        using var own = await OpenAsync(_tenants.A, "*");
        await SendAsync(_tenants.A, Line(1, "of-a"));
        await own.NextAsync("trace");
        await SendAsync(_tenants.B, Line(1, "of-b"));
        Assert.Contains("of-b", (await other.NextAsync("trace")).Data.ToString(), StringComparison.Ordinal);
        Assert.Single(other.Seen, one => one.Name == "trace");
    }

    [Fact]
    public async Task Tail_ComingBackWithTheLastId_GoesOnThere()
    {
        string? last;
        using (var tail = await OpenAsync(_tenants.A, "cmd:three"))
        {
            await SendAsync(_tenants.A, Lines("three", 4));
            await tail.NextAsync("trace");
            last = (await tail.NextAsync("trace")).Id;
        }
        await SendAsync(_tenants.A, Line(7, "three")); // while nobody listens
        using var again = await OpenAsync(_tenants.A, "cmd:three", last);
        Assert.Equal([2, 3, 7], again.Seen.Where(one => one.Name == "trace").Select(one => Number(one)));
    }

    [Fact]
    public async Task Tail_OnAnotherNode_TellsWhatThisOneReceivesAndGoesOnHere()
    {
        string? last;
        await using (var other = await _server.StartBesideAsync(new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new TracesModule(), new PortalModule()))
        {
            using var client = other.CreateClient(ServiceHost.Api);
            client.DefaultRequestHeaders.Authorization = new("Bearer", _tenants.A.Token);
            using var tail = await TailReader.OpenAsync(await client.GetAsync(new Uri("/api/v1/traces/tail?q=cmd:nodes", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));
            await SendAsync(_tenants.A, Lines("nodes", 2));
            Assert.Equal(0, Number(await tail.NextAsync("trace")));
            last = tail.Seen[^1].Id;
        }
        using var here = await OpenAsync(_tenants.A, "cmd:nodes", last);
        Assert.Equal(1, Number(Assert.Single(here.Seen, one => one.Name == "trace")));
    }

    [Fact]
    public async Task Tail_MoreThanPeopleCanRead_LeavesTheRestOutAndCountsIt()
    {
        using var tail = await OpenAsync(_tenants.A, "cmd:four");
        await SendAsync(_tenants.A, Lines("four", 2000));
        var left = (await tail.NextAsync("left-out")).Data.GetProperty("traces").GetInt64();
        Assert.Equal(2000, left + tail.Seen.Count(one => one.Name == "trace"));
        Assert.True(left > 1000);
    }

    [Fact]
    public async Task Tail_FarBehind_PassesOverTheOldestAndSaysHowMany()
    {
        await SendAsync(_tenants.A, Lines("five", 3));
        await SendAsync(_tenants.A, Line(8, "five"));
        // As if those before were too large to catch up with.
        var passed = (await _server.Database.QueryAsOwnerAsync<long>("""
            UPDATE traces.batch SET log_bytes = 1000000000 WHERE tenant_id = @tenant AND leaf_index < (SELECT max(leaf_index) FROM traces.batch WHERE tenant_id = @tenant) RETURNING lines
            """, new { tenant = _tenants.A.Id.Value })).Sum();
        using var tail = await OpenAsync(_tenants.A, "*", "0_0");
        Assert.Equal(passed, tail.Seen.Single(one => one.Name == "passed").Data.GetProperty("lines").GetInt64());
        Assert.Equal(8, Number(tail.Seen.Single(one => one.Name == "trace")));
    }

    [Fact]
    public async Task Tail_BadQuery_IsAProblem()
    {
        using var client = _tenants.CreateApiClient(_tenants.A);
        using var answer = await client.GetAsync(new Uri("/api/v1/traces/tail?q=a:%22", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Tail_TooManyOfOnePerson_IsRefusedUntilOneEnds()
    {
        var open = new List<TailReader>();
        using var client = _tenants.CreateApiClient(_tenants.A);
        for (var i = 0; i < TailPlaces.OfPerson; i++) open.Add(await OpenAsync(_tenants.A, "*"));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.GetAsync(new Uri("/api/v1/traces/tail?q=*", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
        using (await OpenAsync(_tenants.B, "*")) open[0].Dispose();
        await TestWait.UntilAsync(async () =>
        {
            using var answer = await client.GetAsync(new Uri("/api/v1/traces/tail?q=*", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            return answer.StatusCode == HttpStatusCode.OK;
        }, Patience);
        foreach (var tail in open) tail.Dispose();
    }

    [Fact]
    public async Task Tail_SessionEnds_EndsTheTail()
    {
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.A);
        using var tail = await TailReader.OpenAsync(await browser.OpenAsync(ServiceHost.Console, "/traces/tail/events?q=*"));
        // Signed out elsewhere.
        await _server.Database.ExecuteAsOwnerAsync("DELETE FROM identity.session");
        Assert.Equal("session-ended", (await tail.NextAsync("end")).Data.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Tail_LeftOpen_KeepsNoSessionAlive()
    {
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.A);
        var before = await _server.Database.QueryAsOwnerAsync<DateTime>("SELECT max(last_used_at) FROM identity.session WHERE host = 'console'");
        _server.Clock.Advance(TimeSpan.FromMinutes(10));
        using (await TailReader.OpenAsync(await browser.OpenAsync(ServiceHost.Console, "/traces/tail/events?q=*")))
            Assert.Equal(before, await _server.Database.QueryAsOwnerAsync<DateTime>("SELECT max(last_used_at) FROM identity.session WHERE host = 'console'"));
        await browser.GetAsync(ServiceHost.Console, "/traces/tail");
        Assert.NotEqual(before, await _server.Database.QueryAsOwnerAsync<DateTime>("SELECT max(last_used_at) FROM identity.session WHERE host = 'console'"));
    }

    [Fact]
    public async Task Chromium_LivePage_ShowsPausesAndResumes()
    {
        Assert.SkipUnless(TestChromium.IsInstalled, "Chromium is not installed: apt-get install -y chromium");
        await using var browser = await TestChromium.StartAsync();
        await browser.GoAsync(_server.Address(ServiceHost.Console, "/traces/tail?q=cmd:live"));
        await browser.WaitAsync("location.pathname === '/sign-in' && document.querySelector('#password')");
        await browser.TypeAsync("#supportId", _tenants.A.SupportId);
        await browser.TypeAsync("#userId", _tenants.A.UserId);
        await browser.TypeAsync("#password", _tenants.A.Password);
        await browser.ClickAsync("form[action='/sign-in'] button[type=submit]");
        await browser.WaitAsync("document.querySelector('[data-tail-state]')?.dataset.state === 'open'");
        await SendAsync(_tenants.A, Lines("live", 2) + Line(5, "other"));
        await browser.WaitAsync("document.querySelectorAll('[data-tail-rows] tr').length === 2");
        Assert.Equal("off", await browser.RunAsync<string>("document.querySelector('[data-tail-rows]').getAttribute('aria-live')"));

        await browser.ClickAsync("[data-tail-pause]");
        await SendAsync(_tenants.A, Line(3, "live"));
        Assert.Equal(2, await browser.RunAsync<int>("document.querySelectorAll('[data-tail-rows] tr').length"));
        await browser.ClickAsync("[data-tail-pause]"); // what came meanwhile comes now, on top
        await browser.WaitAsync("document.querySelectorAll('[data-tail-rows] tr').length === 3 && document.querySelector('[data-tail-rows] tr').textContent.includes('live')");
        Assert.Empty(browser.Errors);
    }

    private static int Number(TailEvent told) =>
        int.Parse(told.Data.GetProperty("fields").EnumerateArray().Single(field => field[0].GetString() == "sn")[1].GetString()!, CultureInfo.InvariantCulture);

    private static string Lines(string mark, int count) => string.Concat(Enumerable.Range(0, count).Select(number => Line(number, mark)));

    private static string Line(int number, string mark) =>
        $"{TimeProvider.System.GetUtcNow().ToOffset(JstDay.Offset).ToString("MM/dd/yyyy HH:mm:ss.fff", CultureInfo.InvariantCulture)} +0900 evt=ps subEvt=start com=\"HOST01\" sn={number} cmd=\"{mark}\"\r\n";

    private Task SendAsync(TestTenant tenant, string text) => TraceSample.SendAsync(_server, tenant, text);

    private async Task<TailReader> OpenAsync(TestTenant tenant, string query, string? last = null)
    {
        var client = _tenants.CreateApiClient(tenant);
        if (last is not null) client.DefaultRequestHeaders.Add("Last-Event-ID", last);
        var address = new Uri("/api/v1/traces/tail?q=" + Uri.EscapeDataString(query), UriKind.Relative);
        HttpResponseMessage? answer = null;
        // The server may not have noticed yet that the tails of the test before are gone.
        await TestWait.UntilAsync(async () => (answer = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead)).StatusCode == HttpStatusCode.OK, Patience);
        return await TailReader.OpenAsync(answer!);
    }
}
