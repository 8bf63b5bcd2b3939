using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.Traces.Export;
using Akashi.Traces.Store.Search;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Portal.Tests.Export;

public sealed class ExportTests(PortalServer fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Export_AsJsonLines_HoldsEachTraceAsTheApiShowsIt()
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        using var answer = await client.GetAsync(new Uri("/api/v1/traces/export?q=evt:file&format=jsonl", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("application/jsonl", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("traces.jsonl", answer.Content.Headers.ContentDisposition?.ToString(), StringComparison.Ordinal);
        var lines = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(125, lines.Length);
        using var first = JsonDocument.Parse(lines[0]);
        Assert.Contains("報告-1.docx", first.RootElement.GetProperty("line").GetString(), StringComparison.Ordinal);
        Assert.Equal(["loc", "ja-JP"], first.RootElement.GetProperty("fields")[0].EnumerateArray().Select(part => part.GetString()));
    }

    [Fact]
    public async Task Export_AsCsv_HasTheColumnsThatWereChosen()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var csv = await browser.GetAsync(ServiceHost.Console, "/traces/export?q=sn:(7 OR 8)&format=csv&columns=" + Uri.EscapeDataString("evt, path ,SN,nothing"));
        Assert.Equal(["\"evt\",\"path\",\"SN\",\"nothing\"", "\"file\",\"C:\\業務\\報告-7.docx\",\"7\",\"\"", "\"ps\",\"\",\"8\",\"\""], csv.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("", true, true)]
    [InlineData("&show=line", true, false)]
    [InlineData("&show=fields", false, true)]
    public async Task Search_PartOfATrace_IsWhatWasAskedFor(string show, bool hasLine, bool hasFields)
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        using var answer = await client.GetAsync(new Uri("/api/v1/traces?q=sn:7" + show, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        using var found = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var row = Assert.Single(found.RootElement.GetProperty("rows").EnumerateArray());
        Assert.Equal((hasLine, hasFields), (row.TryGetProperty("line", out _), row.TryGetProperty("fields", out _)));
        using var refused = await client.GetAsync(new Uri("/api/v1/traces?show=all", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
    }

    [Theory]
    [InlineData("format=xml", HttpStatusCode.UnprocessableEntity)]
    [InlineData("format=csv&columns=a%0Ab", HttpStatusCode.UnprocessableEntity)]
    [InlineData("q=a:%22", HttpStatusCode.BadRequest)]
    [InlineData("run=xyz", HttpStatusCode.BadRequest)]
    public async Task Export_Unsound_IsAProblemAndNoFile(string query, HttpStatusCode expected)
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        using var answer = await client.GetAsync(new Uri("/api/v1/traces/export?" + query, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Null(answer.Content.Headers.ContentDisposition);
    }

    [Fact]
    public async Task Run_Ended_TellsRowsAndTotalToItsOwnerAlone()
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        var run = Guid.CreateVersion7();
        await client.GetStringAsync(new Uri($"/api/v1/traces/export?q=evt:ps&run={run}", UriKind.Relative), TestContext.Current.CancellationToken);
        using var state = JsonDocument.Parse(await client.GetStringAsync(new Uri($"/api/v1/traces/exports/{run}", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(("done", 125), (state.RootElement.GetProperty("state").GetString(), state.RootElement.GetProperty("rows").GetInt64()));

        using var again = await client.GetAsync(new Uri($"/api/v1/traces/export?q=evt:ps&run={run}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, again.StatusCode);
        using var other = fixture.Tenants.CreateApiClient(fixture.Tenants.B);
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(new Uri($"/api/v1/traces/exports/{run}", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await other.DeleteAsync(new Uri($"/api/v1/traces/exports/{run}", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri("/api/v1/traces/exports/nothing", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Run_SilentForLong_IsLost()
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        var run = Guid.CreateVersion7();
        await client.GetStringAsync(new Uri($"/api/v1/traces/export?q=evt:ps&run={run}", UriKind.Relative), TestContext.Current.CancellationToken);
        // As if its node had died.
        await fixture.Server.Database.ExecuteAsOwnerAsync("UPDATE traces.export_run SET state = 'running', changed_at = changed_at - interval '10 minutes' WHERE id = @run", new { run });
        using var state = JsonDocument.Parse(await client.GetStringAsync(new Uri($"/api/v1/traces/exports/{run}", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(("failed", "export-lost"), (state.RootElement.GetProperty("state").GetString(), state.RootElement.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Follow_StoppedElsewhere_EndsInTheMiddle()
    {
        var runs = fixture.Server.Services.GetRequiredService<ExportRuns>();
        var (tenant, run) = (fixture.Tenants.A.Id, Guid.CreateVersion7());
        var caller = new Platform.Tenancy.Caller(tenant, Platform.Tenancy.CallerKind.User, "u", "U", new HashSet<Platform.Tenancy.Permission>());
        var started = 0;
        await using var watched = new WatchedExport(tenant, run, runs, TimeProvider.System);
        Assert.Null(await watched.BeginAsync(caller, "csv", "*", _ => Task.FromResult<Outcome<long>>(1000), TestContext.Current.CancellationToken));
        await TestWait.UntilAsync(async () => (await runs.FindAsync(tenant, caller, run.ToString(), default)).TryGet(out var state, out _) && state.Total == 1000, Patience);
        var batches = 0;
        var ended = await Assert.ThrowsAsync<ExportEndedException>(async () =>
        {
            await foreach (var _ in watched.FollowAsync(EndlessAsync(), _ => { started++; return Task.CompletedTask; }, TestContext.Current.CancellationToken))
            {
                if (++batches == 2) Assert.Null(await runs.StopAsync(tenant, caller, run.ToString(), TestContext.Current.CancellationToken));
            }
        });
        Assert.IsType<ExportStopped>(ended.Failure);
        Assert.Equal(1, started);
        await watched.EndAsync(ended.Failure);
        Assert.True((await runs.FindAsync(tenant, caller, run.ToString(), TestContext.Current.CancellationToken)).TryGet(out var stopped, out _));
        Assert.Equal("stopped", stopped.State);

        // The next batch is long in coming, yet the export ends.
        static async IAsyncEnumerable<IReadOnlyList<FoundTrace>> EndlessAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
        {
            yield return [];
            yield return [];
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        }
    }

    [Fact]
    public async Task Follow_FailsAtOnce_StartsNoAnswer()
    {
        var started = false;
        await using var watched = new WatchedExport(fixture.Tenants.A.Id, null, fixture.Server.Services.GetRequiredService<ExportRuns>(), TimeProvider.System);
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var _ in watched.FollowAsync(FailingAsync(), _ => { started = true; return Task.CompletedTask; }, TestContext.Current.CancellationToken))
            {
            }
        });
        Assert.False(started);

        static async IAsyncEnumerable<IReadOnlyList<FoundTrace>> FailingAsync()
        {
            await Task.Yield();
            if (TimeProvider.System.GetTimestamp() > 0) throw new InvalidDataException();
            yield break;
        }
    }

    [Fact]
    public async Task Chromium_ExportFromThePage_ShowsHowItEnded()
    {
        Assert.SkipUnless(TestChromium.IsInstalled, "Chromium is not installed: apt-get install -y chromium");
        await using var browser = await TestChromium.StartAsync();
        var tenant = fixture.Tenants.A;
        await browser.GoAsync(fixture.Server.Address(ServiceHost.Console, "/traces?q=*&last=1h"));
        await browser.WaitAsync("location.pathname === '/sign-in' && document.querySelector('#password')");
        await browser.TypeAsync("#supportId", tenant.SupportId);
        await browser.TypeAsync("#userId", tenant.UserId);
        await browser.TypeAsync("#password", tenant.Password);
        await browser.ClickAsync("form[action='/sign-in'] button[type=submit]");
        // Scripts have run when all is loaded; a click before would be the browser's alone.
        await browser.WaitAsync("document.readyState === 'complete' && document.querySelector('[data-export-form]')");
        await browser.ClickAsync(".ak-drop:has([data-export-form]) summary");
        await browser.ClickAsync("[data-export-form] button");
        await browser.WaitAsync("document.querySelector('.ak-export[data-state=done]')?.textContent.includes('250')");
        await browser.ClickAsync(".ak-export button");
        await browser.WaitAsync("!document.querySelector('.ak-export')");
        Assert.DoesNotContain(browser.Errors, error => !error.Contains("status of 404", StringComparison.Ordinal)); // looked before it had begun
    }
}
