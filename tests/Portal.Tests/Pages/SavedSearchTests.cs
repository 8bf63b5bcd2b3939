using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Portal.Tests.Pages;

public sealed class SavedSearchTests(PortalServer fixture)
{
    private const string Api = "/api/v1/traces/searches";

    [Fact]
    public async Task Page_SaveOpenChangeDelete_DoesEach()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var form = await browser.GetAsync(ServiceHost.Console, "/traces/saved/add?q=evt:ps&last=7d&order=oldest");
        Assert.Contains("value=\"7d\" checked", form.Body, StringComparison.Ordinal);
        var made = await browser.SubmitAsync(ServiceHost.Console, "/traces/saved/add", [new("name", "起動 <1>"), new("query", "evt:ps"), new("range", "7d"), new("order", "oldest"), new("shared", "on")]);
        Assert.Equal("/traces/saved?done=saved", made.Location?.PathAndQuery);

        var list = await browser.GetAsync(ServiceHost.Console, "/traces/saved?done=saved");
        Assert.Contains("起動 &lt;1&gt;", list.Body, StringComparison.Ordinal);
        Assert.Contains("/traces?q=evt%3Aps&amp;last=7d&amp;order=oldest", list.Body, StringComparison.Ordinal);
        Assert.Contains("起動 &lt;1&gt;", (await browser.GetAsync(ServiceHost.Console, "/traces?q=*")).Body, StringComparison.Ordinal); // in the menu
        var id = (await ListAsync(fixture.Tenants.A)).Single(search => search.GetProperty("name").GetString() == "起動 <1>").GetProperty("id").GetString();

        var taken = await browser.SubmitAsync(ServiceHost.Console, "/traces/saved/add", [new("name", "起動 ＜1＞"), new("query", "*"), new("range", "1h"), new("shared", "on")]);
        Assert.Equal(HttpStatusCode.Conflict, taken.Status); // full width is no other name
        Assert.Contains("value=\"1h\" checked", taken.Body, StringComparison.Ordinal); // nothing typed is lost

        var changed = await browser.SubmitAsync(ServiceHost.Console, "/traces/saved/" + id, [new("name", "通信"), new("query", "evt:net"), new("range", "absolute"), new("from", "2026-11-20T10:00"), new("to", ""), new("order", "newest")]);
        Assert.Equal("/traces/saved?done=changed", changed.Location?.PathAndQuery);
        list = await browser.GetAsync(ServiceHost.Console, "/traces/saved");
        Assert.Contains("/traces?q=evt%3Anet&amp;from=2026-11-20T10%3A00%3A00", list.Body, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync(ServiceHost.Console, $"/traces/saved/{id}/delete", [])).Status); // without the form's token
        var deleted = await browser.SubmitAsync(ServiceHost.Console, "/traces/saved/" + id, [], action: $"/traces/saved/{id}/delete");
        Assert.Equal("/traces/saved?done=deleted", deleted.Location?.PathAndQuery);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(ServiceHost.Console, "/traces/saved/" + id)).Status);

        var actions = await fixture.Server.Database.QueryAsOwnerAsync<string>("SELECT DISTINCT action FROM platform.audit_entry WHERE action LIKE 'search.%' ORDER BY action");
        Assert.Equal(["search.change", "search.delete", "search.save"], actions);
    }

    [Theory]
    [InlineData("""{"name":"","query":"*"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"name":"x","query":"a:\""}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"name":"x","query":"*","last":"3y"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"name":"x","query":"*","last":"1h","from":"2026-11-20T10:00:00Z"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"name":"x","query":"*","from":"2026-11-20T10:00:00Z","to":"2026-11-20T09:00:00Z"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"name":"x","query":"*","order":"up"}""", HttpStatusCode.UnprocessableEntity)]
    public async Task Add_Unsound_IsRefused(string body, HttpStatusCode expected)
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        using var answer = await client.PostAsync(Api, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Search_OfAnotherTenant_IsNotThere()
    {
        var id = await AddAsync(fixture.Tenants.A, new { name = "A のもの", query = "evt:ps", shared = true });
        using var b = fixture.Tenants.CreateApiClient(fixture.Tenants.B);
        Assert.DoesNotContain(await ListAsync(fixture.Tenants.B), search => search.GetProperty("id").GetString() == id);
        Assert.Equal(HttpStatusCode.NotFound, (await b.GetAsync($"{Api}/{id}", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await b.PutAsJsonAsync($"{Api}/{id}", new { name = "x", query = "*" }, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await b.DeleteAsync($"{Api}/{id}", TestContext.Current.CancellationToken)).StatusCode);
        await AddAsync(fixture.Tenants.B, new { name = "A のもの", query = "*", shared = true }); // names are a tenant's own
        Assert.Contains(await ListAsync(fixture.Tenants.A), search => search.GetProperty("id").GetString() == id);
        using var page = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.B);
        Assert.Equal(HttpStatusCode.NotFound, (await page.GetAsync(ServiceHost.Console, "/traces/saved/" + id)).Status);
    }

    [Fact]
    public async Task Search_OfAnotherPerson_IsSeenWhenSharedAndChangedByAdministratorsAlone()
    {
        var cancel = TestContext.Current.CancellationToken;
        // As if another person had saved them.
        var (own, shared) = (await AddAsync(fixture.Tenants.A, new { name = "非公開", query = "*" }), await AddAsync(fixture.Tenants.A, new { name = "共有", query = "*", shared = true }));
        await fixture.Server.Database.ExecuteAsOwnerAsync("UPDATE traces.saved_search SET owner_id = 'somebody', owner_name = 'S' WHERE id = ANY(@ids)", new { ids = new[] { Guid.Parse(own), Guid.Parse(shared) } });
        using var administrator = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        Assert.Equal(HttpStatusCode.NotFound, (await administrator.GetAsync($"{Api}/{own}", cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await administrator.DeleteAsync($"{Api}/{own}", cancel)).StatusCode);

        using var reader = await fixture.Tenants.CreateApiClientAsync(fixture.Tenants.A, "viewer");
        using var seen = JsonDocument.Parse(await reader.GetStringAsync(new Uri($"{Api}/{shared}", UriKind.Relative), cancel));
        Assert.False(seen.RootElement.GetProperty("mayChange").GetBoolean());
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.DeleteAsync($"{Api}/{shared}", cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await administrator.PutAsJsonAsync($"{Api}/{shared}", new { name = "共有", query = "evt:ps", shared = true }, cancel)).StatusCode);
        using var after = JsonDocument.Parse(await administrator.GetStringAsync(new Uri($"{Api}/{shared}", UriKind.Relative), cancel));
        Assert.Equal("somebody", after.RootElement.GetProperty("owner").GetString()); // it does not change hands
        Assert.Equal(HttpStatusCode.NoContent, (await administrator.DeleteAsync($"{Api}/{shared}", cancel)).StatusCode);
    }

    private async Task<string> AddAsync(TestTenant tenant, object draft)
    {
        using var client = fixture.Tenants.CreateApiClient(tenant);
        using var answer = await client.PostAsJsonAsync(Api, draft);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("id").GetString()!;
    }

    private async Task<List<JsonElement>> ListAsync(TestTenant tenant)
    {
        using var client = fixture.Tenants.CreateApiClient(tenant);
        using var json = JsonDocument.Parse(await client.GetStringAsync(new Uri(Api, UriKind.Relative)));
        return [.. json.RootElement.EnumerateArray().Select(search => search.Clone())];
    }
}
