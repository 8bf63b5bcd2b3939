using System.Net;
using System.Text.Json;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.Users;

public sealed class UserListTests : IAsyncLifetime
{
    private static readonly string[] Names = ["𠮷田 一郎", "吉田 二郎", "𠮷野 三郎", "Ａｎｄｏ", "ando", "Émile", "鈴木 四郎"];
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;
    private PeopleApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        (_server, _tenants) = await IdentityServer.StartOwnAsync();
        _api = new PeopleApi(_server, _tenants.A.Token);
        for (var i = 0; i < Names.Length; i++) await _api.AddAsync($"user-{i}", i == 0 ? "viewer" : "user", Names[i]);
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("user-", 7)]
    [InlineData("ＵＳＥＲ－", 7)]
    [InlineData("ANDO", 2)]
    [InlineData("𠮷", 2)]
    [InlineData("吉", 1)]
    [InlineData("émile", 1)]
    [InlineData("ser-", 0)]
    [InlineData("%", 0)]
    [InlineData("乙", 0)] // B's administrator
    public async Task List_BySearch_FindsFoldedStarts(string search, int count) => Assert.Equal(count, (await RowsAsync($"search={Uri.EscapeDataString(search)}")).Count);

    [Fact]
    public async Task List_ByStateAndRole_Filters()
    {
        Assert.Equal(7, (await RowsAsync("state=invited")).Count);
        Assert.Single(await RowsAsync("state=active"));
        Assert.Single(await RowsAsync("role=viewer"));
        Assert.Equal("field-invalid", (await _api.GetAsync("/api/v1/users?state=nonsense")).Code);
        Assert.Equal("field-invalid", (await _api.GetAsync("/api/v1/users?role=%00")).Code);
        Assert.Equal(HttpStatusCode.OK, (await _api.GetAsync("/api/v1/users?search=%00")).Status);
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.A);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(ServiceHost.Console, "/users?role=%00&q=%00")).Status);
    }

    [Theory]
    [InlineData("UserId", false)]
    [InlineData("UserId", true)]
    [InlineData("Name", false)]
    [InlineData("Created", true)]
    public async Task List_PageByPage_ShowsEachOnceInOrder(string sort, bool descending)
    {
        var whole = (await RowsAsync($"sort={sort}&descending={descending}")).Select(row => row.GetProperty("userId").GetString()).ToList();
        Assert.Equal(8, whole.Count);
        var paged = new List<string?>();
        for (var after = ""; ;)
        {
            var page = (await _api.GetAsync($"/api/v1/users?pageSize=3&sort={sort}&descending={descending}{after}")).Body;
            paged.AddRange(page.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("userId").GetString()));
            if (page.GetProperty("next").ValueKind == JsonValueKind.Null) break;
            after = $"&after={page.GetProperty("next").GetString()}";
        }
        Assert.Equal(whole, paged);
    }

    [Fact]
    public async Task Page_ListAndCsv_ShowTheSamePeople()
    {
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.A);
        var page = await browser.GetAsync(ServiceHost.Console, "/users?q=user-&sort=-Name");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var text = WebUtility.HtmlDecode(page.Body);
        foreach (var name in Names) Assert.Contains(name, text, StringComparison.Ordinal);
        Assert.DoesNotContain("乙管理者", page.Body, StringComparison.Ordinal);
        var csv = await browser.GetAsync(ServiceHost.Console, "/users/table.csv?q=user-");
        Assert.Equal(Names.Length + 1, csv.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Page_WholeLifeOfAPerson_WorksWithoutScripts()
    {
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.A);
        var added = await browser.SubmitAsync(ServiceHost.Console, "/users/add", [new("userId", "page-user"), new("displayName", "頁 利用者"), new("mail", "page@a.example"), new("role", "helpdesk")]);
        var person = added.Location!.AbsolutePath;
        Assert.Contains("初回アクセスのリンクを送りました", (await browser.FollowAsync(added)).Body, StringComparison.Ordinal);
        var changed = await browser.SubmitAsync(ServiceHost.Console, person, [new("displayName", "改名 後"), new("mail", "page@a.example"), new("role", "viewer")], action: person + "/edit");
        Assert.Contains("改名 後", (await browser.FollowAsync(changed)).Body, StringComparison.Ordinal);
        foreach (var (deed, said) in new[] { ("/suspend", "停止しました"), ("/reactivate", "再開しました"), ("/send-link", "メールで送りました"), ("/unlock", "解除しました"), ("/end-sessions", "すべて終了しました") })
            Assert.Contains(said, (await browser.FollowAsync(await browser.SubmitAsync(ServiceHost.Console, person, [], action: person + deed))).Body, StringComparison.Ordinal);
        var bad = await browser.SubmitAsync(ServiceHost.Console, "/users/add", [new("userId", "page-user"), new("displayName", "二人目"), new("mail", "nonsense"), new("role", "user")]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, bad.Status);
        Assert.Contains("二人目", bad.Body, StringComparison.Ordinal); // what was typed is not lost
    }

    private async Task<List<JsonElement>> RowsAsync(string query) => [.. (await _api.GetAsync("/api/v1/users?" + query)).Body.GetProperty("rows").EnumerateArray()];
}
