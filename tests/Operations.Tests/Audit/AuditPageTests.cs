using System.Net;
using System.Text;
using System.Text.Json;
using Akashi.Platform.Audit;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations.Tests.Audit;

public sealed class AuditPageTests(OperationsServer fixture)
{
    private static readonly AuditActor Actor = new(AuditActor.User, "yamada", "192.0.2.7", null, "山田 太郎");

    [Fact]
    public async Task Page_FilteredAndPaged_ShowsWhatFitsAndLeadsToTheRest()
    {
        var mark = await WriteAsync(60);
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var first = await browser.GetAsync(ServiceHost.Console, $"/audit?target={mark}&action=probe.change");
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(50, first.Body.Split("<tr data-row=").Length - 1);
        Assert.Contains("山田 太郎", first.Body, StringComparison.Ordinal);
        var older = WebUtility.HtmlDecode(first.Body.Split("rel=\"next\"")[0].Split("href=\"")[^1].Split('"')[0]);
        var second = await browser.GetAsync(ServiceHost.Console, older);
        Assert.Equal(10, second.Body.Split("<tr data-row=").Length - 1);
        Assert.All(Enumerable.Range(0, 60), i => Assert.Contains($"{mark} {i}\"", first.Body + second.Body, StringComparison.Ordinal)); // the clock stands still, so in any order
        Assert.Contains("最新へ", second.Body, StringComparison.Ordinal);
        Assert.Contains("該当する記録はありません", (await browser.GetAsync(ServiceHost.Console, $"/audit?target={mark}&actor=nobody")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detail_OfAnEntry_ShowsWhatChanged()
    {
        var mark = await WriteAsync(1);
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var list = await browser.GetAsync(ServiceHost.Console, $"/audit?target={mark}");
        var address = WebUtility.HtmlDecode("/audit/entry/" + list.Body.Split("/audit/entry/")[1].Split('"')[0]);
        var detail = await browser.GetAsync(ServiceHost.Console, address);
        Assert.Contains("<del>旧 &lt;b&gt;</del>", WebUtility.HtmlDecode(detail.Body).Replace("<b>", "&lt;b&gt;", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", detail.Body, StringComparison.Ordinal);
        Assert.Contains("192.0.2.7", detail.Body, StringComparison.Ordinal);

        using var other = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.B);
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(ServiceHost.Console, address)).Status);
        Assert.DoesNotContain(mark, (await other.GetAsync(ServiceHost.Console, $"/audit?target={mark}")).Body.Replace($"value=\"{mark}\"", "", StringComparison.Ordinal).Replace($"target={mark}", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("from=yesterday")]
    [InlineData("to=2026-13-01T00:00:00")]
    [InlineData("after=1-2")]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    public async Task Page_OfABadCondition_SaysWhichInPlace(string query)
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var page = await browser.GetAsync(ServiceHost.Console, "/audit?" + query);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        Assert.Contains($"項目「{query.Split('=')[0]}」", WebUtility.HtmlDecode(page.Body), StringComparison.Ordinal);
        using var api = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        using var answer = await api.GetAsync(new Uri("/api/v1/audit?" + query, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [Fact]
    public async Task Csv_OfAFilter_HoldsEveryEntryAndIsItselfRecorded()
    {
        var mark = await WriteAsync(3);
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var csv = await browser.GetAsync(ServiceHost.Console, $"/audit/table.csv?target={mark}");
        Assert.Equal(4, csv.Body.TrimEnd().Split("\r\n").Length);
        Assert.Contains("\"日時 (JST)\"", csv.Body, StringComparison.Ordinal);
        Assert.Contains("\"'=cmd", csv.Body, StringComparison.Ordinal);
        var record = await fixture.Server.Database.QueryAsOwnerAsync<string>("SELECT after::text FROM platform.audit_entry WHERE action = 'audit.download'");
        Assert.Contains(record, text => text.Contains(mark, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Export_ByPageAndApi_ProvesOfflineAndIsItselfRecorded()
    {
        var mark = await WriteAsync(3);
        using var api = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        var file = await api.GetByteArrayAsync(new Uri($"/api/v1/audit/export?target={mark}", UriKind.Relative), TestContext.Current.CancellationToken);
        var proof = await AuditExportFile.VerifyAsync(new MemoryStream(file), TestContext.Current.CancellationToken);
        Assert.Equal((true, 3L), (proof.Sound, proof.Entries));
        Assert.False((await AuditExportFile.VerifyAsync(new MemoryStream(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(file).Replace("192.0.2.7", "192.0.2.8", StringComparison.Ordinal))), TestContext.Current.CancellationToken)).Sound);

        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        Assert.Contains("\"entry\":", (await browser.GetAsync(ServiceHost.Console, $"/audit/export?target={mark}")).Body, StringComparison.Ordinal);
        Assert.Contains(proof.KeyFingerprint, (await browser.GetAsync(ServiceHost.Console, "/audit")).Body, StringComparison.Ordinal);
        using var answer = JsonDocument.Parse(await api.GetStringAsync(new Uri("/api/v1/audit?action=audit.export", UriKind.Relative), TestContext.Current.CancellationToken));
        var kinds = answer.RootElement.GetProperty("rows").EnumerateArray().Where(row => row.GetProperty("after").GetProperty("target").GetString() == mark).Select(row => row.GetProperty("actorKind").GetString());
        Assert.Equal(["token", "user"], kinds.Order());
    }

    [Fact]
    public async Task Api_ByCursor_GivesEachEntryOnceInJapanTime()
    {
        var mark = await WriteAsync(7);
        using var api = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        var targets = new List<string>();
        string? next = null;
        do
        {
            using var page = JsonDocument.Parse(await api.GetStringAsync(new Uri($"/api/v1/audit?target={mark}&limit=3{(next is null ? "" : "&after=" + next)}", UriKind.Relative), TestContext.Current.CancellationToken));
            foreach (var row in page.RootElement.GetProperty("rows").EnumerateArray())
            {
                targets.Add(row.GetProperty("target").GetString()!);
                Assert.EndsWith("+09:00", row.GetProperty("at").GetString(), StringComparison.Ordinal);
                Assert.Equal(1, row.GetProperty("after").GetProperty("count").GetInt32());
            }
            next = page.RootElement.GetProperty("next").GetString();
        }
        while (next is not null);
        Assert.Equal(7, targets.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(7, targets.Count);
    }

    [Fact]
    public async Task Page_ForTheOperator_ShowsTheOperatorsOwnLog()
    {
        var mark = "op" + Guid.CreateVersion7().ToString("N");
        await fixture.Server.Services.GetRequiredService<AuditLog>().WriteAsync(fixture.Tenants.Operator.Id, Actor, new AuditEntry("probe.change", mark));
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.Operator);
        Assert.Contains($"title=\"{mark}\"", (await browser.GetAsync(ServiceHost.Console, "/audit")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_OfTheWholeService_CoversTheAuditLog()
    {
        await WriteAsync(1);
        var report = new StringWriter();
        var check = fixture.Server.Services.GetServices<IArchiveCheck>().OfType<Operations.Audit.AuditCheck>().Single();
        Assert.True(await check.VerifyAsync(report, TestContext.Current.CancellationToken), report.ToString());
        Assert.Contains("AK00000001", report.ToString(), StringComparison.Ordinal);
    }

    private async Task<string> WriteAsync(int count)
    {
        var mark = "m" + Guid.CreateVersion7().ToString("N");
        var log = fixture.Server.Services.GetRequiredService<AuditLog>();
        for (var i = 0; i < count; i++)
            await log.WriteAsync(fixture.Tenants.A.Id, Actor, new AuditEntry("probe.change", $"=cmd {mark} {i}", new { name = "旧 <b>", count = 1 }, new { name = "新", count = 1 }));
        return mark;
    }
}
