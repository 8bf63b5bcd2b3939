using System.Net;
using System.Text.RegularExpressions;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Portal.Tests.Pages;

public sealed partial class TracePageTests(PortalServer fixture)
{
    [Fact]
    public async Task Search_Everything_CountsAndShowsTheNewestFirst()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var page = await browser.GetAsync(ServiceHost.Console, "/traces?q=*&last=1h");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("250 件", page.Body, StringComparison.Ordinal);
        Assert.Equal(100, Row().Count(page.Body));
        Assert.Contains("<svg viewBox=\"0 0 ", page.Body, StringComparison.Ordinal);
        Assert.Contains("報告-249.docx", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_OlderToTheEndAndBack_ShowEachTraceOnce()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var answer = await browser.GetAsync(ServiceHost.Console, "/traces?q=*&last=1h");
        var seen = new List<string>(Rows(answer));
        while (LinkOf(answer, "next") is { } next)
        {
            answer = await browser.GetAsync(new Uri(fixture.Server.Address(ServiceHost.Console, "/"), next));
            seen.AddRange(Rows(answer));
        }
        Assert.Equal(TraceSample.Lines, seen.Count);
        Assert.Equal(TraceSample.Lines, seen.Distinct(StringComparer.Ordinal).Count());
        while (LinkOf(answer, "prev") is { } back) answer = await browser.GetAsync(new Uri(fixture.Server.Address(ServiceHost.Console, "/"), back));
        Assert.Equal(seen.Take(100), Rows(answer));
    }

    [Fact]
    public async Task Trace_AtItsOwnAddress_ShowsEveryFieldAndTheLineEncoded()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var list = await browser.GetAsync(ServiceHost.Console, "/traces?q=sn:7&last=1h");
        var link = WebUtility.HtmlDecode(Row().Match(list.Body).Groups[1].Value);
        var page = await browser.GetAsync(ServiceHost.Console, $"/traces/row/{link}?q=sn:7");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        foreach (var key in new[] { "evt", "subEvt", "path", "psGUID", "cmd" }) Assert.Contains($"<dt>{key}</dt>", page.Body, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(7)&lt;/script&gt;", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_OfAnotherTenant_IsNotFound()
    {
        using var a = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var row = Rows(await a.GetAsync(ServiceHost.Console, "/traces?q=*&last=1h"))[0];
        using var b = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.B);
        Assert.Equal(HttpStatusCode.NotFound, (await b.GetAsync(ServiceHost.Console, "/traces/row/" + row)).Status);
        Assert.Contains("該当する証跡はありません", (await b.GetAsync(ServiceHost.Console, "/traces?q=*&last=all")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(PortalServer.Terminal, (await b.GetAsync(ServiceHost.Console, "/terminals")).Body, StringComparison.Ordinal);
        Assert.Single((await b.GetAsync(ServiceHost.Console, "/traces/export?format=csv")).Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty((await b.GetAsync(ServiceHost.Console, "/traces/export")).Body);
    }

    [Fact]
    public async Task Search_BadQuery_PointsAtTheColumn()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var page = await browser.GetAsync(ServiceHost.Console, "/traces?q=" + Uri.EscapeDataString("evt:ps <b>:\"x"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("文字目", page.Body, StringComparison.Ordinal);
        Assert.Contains("<mark>", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_Table_HoldsAllRowsSafely()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var csv = await browser.GetAsync(ServiceHost.Console, "/traces/export?format=csv&q=*");
        Assert.Equal("text/csv", csv.Message.Content.Headers.ContentType?.MediaType);
        Assert.Equal(TraceSample.Lines + 1, csv.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("attachment", csv.Message.Content.Headers.ContentDisposition?.ToString(), StringComparison.Ordinal);
        var refused = await browser.GetAsync(ServiceHost.Console, "/traces/export?format=csv&q=a:%22");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.DoesNotContain('\uFEFF', refused.Body); // nothing of a table follows the problem
    }

    [Fact]
    public async Task Download_Original_HoldsTheLinesAsSent()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var log = await browser.GetAsync(ServiceHost.Console, "/traces/export?q=*");
        Assert.Equal(TraceSample.Lines, log.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("sn=0 lv=5 evt=ps subEvt=start", log.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminals_List_ShowsTheImportedOneAndFinds()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        Assert.Contains(PortalServer.Terminal, (await browser.GetAsync(ServiceHost.Console, "/terminals?q=ｈｏｓｔ")).Body, StringComparison.Ordinal);
        Assert.Contains("該当する端末はありません", (await browser.GetAsync(ServiceHost.Console, "/terminals?q=nobody&sort=-lastSeen")).Body, StringComparison.Ordinal);
        Assert.Equal(2, (await browser.GetAsync(ServiceHost.Console, "/terminals/table.csv")).Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task AddTerminal_Asked_ShowsATokenOnce()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        Assert.DoesNotContain("ake_", (await browser.GetAsync(ServiceHost.Console, "/terminals/add")).Body, StringComparison.Ordinal);
        var made = await browser.SubmitAsync(ServiceHost.Console, "/terminals/add", []);
        Assert.Contains($"ake_{fixture.Tenants.A.Id}_", made.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync(ServiceHost.Console, "/terminals/add", [])).Status);
    }

    private static List<string> Rows(TestAnswer answer) => [.. Row().Matches(answer.Body).Select(match => match.Groups[1].Value)];

    private static string? LinkOf(TestAnswer answer, string relation)
    {
        var match = Regex.Match(answer.Body, $"href=\"([^\"]+)\" rel=\"{relation}\"", RegexOptions.None, TimeSpan.FromSeconds(1));
        return match.Success ? WebUtility.HtmlDecode(match.Groups[1].Value) : null;
    }

    [GeneratedRegex("<tr data-row=\"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Row();
}
