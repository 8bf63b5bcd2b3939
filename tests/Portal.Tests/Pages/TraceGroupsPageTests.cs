using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Portal.Tests.Pages;

public sealed class TraceGroupsPageTests(PortalServer fixture)
{
    [Fact]
    public async Task Groups_ByOneField_CountTheValuesAndLinkThem()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var page = await browser.GetAsync(ServiceHost.Console, "/traces?q=*&last=1h&view=groups&by=evt");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("2 種類", page.Body, StringComparison.Ordinal);
        Assert.Contains("50.0 %", page.Body, StringComparison.Ordinal);
        foreach (var (term, count) in new[] { ("evt:ps", 125), ("-evt:ps", 125) })
        {
            var link = Links(page).First(link => link.Contains($"q={term}&", StringComparison.Ordinal) && link.Contains("view=groups", StringComparison.Ordinal));
            var narrowed = await browser.GetAsync(ServiceHost.Console, link);
            Assert.Contains($"{count} 件", narrowed.Body, StringComparison.Ordinal);
            Assert.Contains("1 種類", narrowed.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Groups_ByTwoFieldsWithASum_AddUpAndLeadToTheirTraces()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var page = await browser.GetAsync(ServiceHost.Console, "/traces?q=*&last=1h&view=groups&by=evt&by=subEvt&sum=sn&top=100");
        Assert.Contains("<td class=\"ak-number\">15,500</td>", page.Body, StringComparison.Ordinal); // 0 + 2 + … + 248
        Assert.Contains("<td class=\"ak-number\">15,625</td>", page.Body, StringComparison.Ordinal);
        var rows = Links(page).First(link => link.Contains("evt:ps subEvt:start", StringComparison.Ordinal) && !link.Contains("view=groups", StringComparison.Ordinal));
        Assert.Contains("125 件", (await browser.GetAsync(ServiceHost.Console, rows)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_Absent_CanBeAskedForAndLeftOut()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var page = await browser.GetAsync(ServiceHost.Console, "/traces?q=*&last=1h&view=groups&by=path");
        Assert.Contains("126 種類", page.Body, StringComparison.Ordinal);
        var absent = Links(page).First(link => link.Contains("q=-path:*&", StringComparison.Ordinal));
        Assert.Contains("125 件", (await browser.GetAsync(ServiceHost.Console, absent)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_AsCsv_HoldMoreThanThePage()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var csv = await browser.GetAsync(ServiceHost.Console, "/traces/groups.csv?q=*&by=path&sum=sn");
        Assert.Equal("text/csv", csv.Message.Content.Headers.ContentType?.MediaType);
        var lines = csv.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(127, lines.Length);
        Assert.Equal("\"path\",\"件数\",\"sn の合計\"", lines[0]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await browser.GetAsync(ServiceHost.Console, "/traces/groups.csv?q=*")).Status);
    }

    [Fact]
    public async Task Groups_OfAnotherTenant_AreNone()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.B);
        Assert.Contains("0 種類", (await browser.GetAsync(ServiceHost.Console, "/traces?q=*&last=all&view=groups&by=evt")).Body, StringComparison.Ordinal);
        Assert.Single((await browser.GetAsync(ServiceHost.Console, "/traces/groups.csv?q=*&by=evt")).Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        using var json = JsonDocument.Parse((await browser.GetAsync(ServiceHost.Console, "/traces/completion?q=psUser:&caret=7")).Body);
        Assert.DoesNotContain("hanako", json.RootElement.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_OldestFirst_BeginsWithTheFirst()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var page = await browser.GetAsync(ServiceHost.Console, "/traces?q=evt:file&last=1h&order=oldest");
        Assert.True(page.Body.IndexOf("報告-1.docx", StringComparison.Ordinal) < page.Body.IndexOf("報告-3.docx", StringComparison.Ordinal));
        Assert.DoesNotContain("報告-249.docx", page.Body, StringComparison.Ordinal);
        Assert.Contains("name=\"order\" value=\"oldest\"", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_MistypedField_ProposesTheKnownOne()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var page = await browser.GetAsync(ServiceHost.Console, "/traces?q=" + Uri.EscapeDataString("-comm:x") + "&last=1h");
        Assert.Contains("もしかして", page.Body, StringComparison.Ordinal);
        Assert.Contains(Links(page), link => link.Contains("q=-com:x", StringComparison.Ordinal));
        Assert.DoesNotContain("もしかして", (await browser.GetAsync(ServiceHost.Console, "/traces?q=cmd:x&last=1h")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_BadQuery_OffersTheMendedOne()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var page = await browser.GetAsync(ServiceHost.Console, "/traces?q=" + Uri.EscapeDataString("evt: ps \"note") + "&last=1h");
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        var link = Assert.Single(Links(page), link => link.Contains("q=evt:ps \"note\"", StringComparison.Ordinal) && !link.Contains("view=", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(ServiceHost.Console, link)).Status);
    }

    [Theory]
    [InlineData("psU", "psUser:")]
    [InlineData("psUser:", "hanako")]
    [InlineData("psUser:ha", "hanako")]
    [InlineData("cmd:\"notepad.exe <script>alert(99", "\"notepad.exe <script>alert(99")] // not among the frequent ones
    public async Task Completion_OnConsoleAndApi_ProposesWhatTheTracesHold(string query, string expected)
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        foreach (var text in new[] { (await browser.GetAsync(ServiceHost.Console, "/traces/completion?q=" + Uri.EscapeDataString(query))).Body, await client.GetStringAsync(new Uri("/api/v1/traces/completion?q=" + Uri.EscapeDataString(query), UriKind.Relative), TestContext.Current.CancellationToken) })
        {
            using var json = JsonDocument.Parse(text);
            Assert.StartsWith(expected, json.RootElement.GetProperty("proposals")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Completion_OfAFaultyQuery_TellsTheFaultAndTheMendedQuery()
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        using var json = JsonDocument.Parse(await client.GetStringAsync(new Uri("/api/v1/traces/completion?q=(evt:ps", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal("(evt:ps)", json.RootElement.GetProperty("error").GetProperty("query").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.GetAsync(new Uri("/api/v1/traces/completion?q=a&caret=9", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }

    private static List<string> Links(TestAnswer answer) =>
        [.. Regex.Matches(answer.Body, "href=\"(/traces[^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => Uri.UnescapeDataString(WebUtility.HtmlDecode(match.Groups[1].Value)))];
}
