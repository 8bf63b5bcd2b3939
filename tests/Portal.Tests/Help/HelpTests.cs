using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Platform.Calendar;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.Traces;
using Akashi.Traces.Help;
using Akashi.Traces.Query;

namespace Akashi.Portal.Tests.Help;

/// <summary>What the help says about queries is true: each example is read, and finds some of the prepared traces but not all.</summary>
public sealed class HelpTests : IAsyncLifetime
{
    private static readonly string[] Prepared =
    [
        """evt=ps subEvt=start com="PC-001" psUser="taro" psPath="C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" parentPath="C:\Program Files\Microsoft Office\winword.exe" cmd="powershell -enc SQBFAFgA" """,
        """"evt=ps subEvt=start com="PC-001" psUser="SYSTEM" psPath="C:\Program Files\App\app.exe" cmd="app.exe ""C:\work\a b.txt""" """",
        """evt=ps subEvt=start com="PC-002" psUser="jiro" psPath="C:\Program Files\Microsoft Office\excel.exe" cmd="excel.exe C:\業務\売上.xlsx" """,
        """evt=ps subEvt=start com="HOST01" psPath="C:\Windows\System32\net.exe" cmd="net user hanako" parentPath="C:\Windows\explorer.exe" """,
        """evt=ps subEvt=start com="HOST01" psPath="C:\Windows\curl.exe" cmd="curl https://example.test/a/tool.exe" """,
        """evt=ps subEvt=stop com="HOST01" psPath="C:\Windows\curl.exe" cmd="" """,
        """evt=file subEvt=close com="HOST01" path="C:\Program Files\App\data.xlsx" size=2000000 sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855""",
        """evt=file subEvt=del com="HOST01" path="C:\work\old.docx" size=10""",
        """evt=file subEvt=create com="PC-002" path="C:\Users\jiro\Downloads\invoice.js" """,
        """evt=net subEvt=con com="PC-001" dstIP=10.1.2.3 dstPort=443 dstHost="files.example.test" """,
        """evt=net subEvt=con com="PC-001" dstIP=203.0.113.9 dstPort=8080 dstHost="-" """,
        """evt=net subEvt=con com="PC-002" dstIP=fe80::1 dstPort=80""",
        """evt=session subEvt=loginFail com="HOST01" usr="Administrator" srcCom="PC-009" """,
        """evt=dev subEvt=mnt com="PC-002" """,
        """evt=reg subEvt=setVal com="PC-002" path="HKLM\Software\Microsoft\Windows\CurrentVersion\Run" entry="updater" """,
        """evt=windowsDefender subEvt=dtctMalState com="PC-002" """,
    ];

    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new TracesModule(), new PortalModule());
        _tenants = await TwoTenants.CreateAsync(_server);
        var time = _server.Clock.GetUtcNow().ToOffset(JstDay.Offset).ToString("MM/dd/yyyy HH:mm:ss.fff", CultureInfo.InvariantCulture) + " +0900 ";
        await TraceSample.SendAsync(_server, _tenants.A, string.Concat(Prepared.Select(line => $"{time}{line.Trim()}\r\n")));
        await TestWait.UntilAsync(async () => await CountAsync("*") == Prepared.Length, TimeSpan.FromSeconds(30));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Examples_AllOfThem_FindSomethingAndNotEverything()
    {
        var faults = new List<string>();
        foreach (var example in HelpExamples.Sections.SelectMany(section => section.Examples))
        {
            if (!QueryParser.TryParse(example.Query, out _, out var error)) faults.Add($"{example.Key} {example.Query}: {error}");
            else if (await CountAsync(example.Query) is var count && (count == 0 || count == Prepared.Length && example.Query != "*")) faults.Add($"{example.Key} {example.Query}: finds {count}");
        }
        Assert.Empty(faults);
        Assert.Subset(KnownFields.All.ToHashSet(StringComparer.Ordinal), HelpExamples.Fields.ToHashSet(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("ja-JP", "怪しい引数の PowerShell")]
    [InlineData("en-US", "PowerShell with suspicious arguments")]
    public async Task Page_InBothLanguages_LinksExamplesThatRun(string culture, string expected)
    {
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.A);
        await browser.SubmitAsync(ServiceHost.Console, "/traces/help", [new("culture", culture), new("return", "/traces/help")], action: "/language");
        var page = await browser.GetAsync(ServiceHost.Console, "/traces/help");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains(expected, page.Body, StringComparison.Ordinal);
        var links = Regex.Matches(page.Body, "<dt><a href=\"(/traces[^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)).ToList();
        Assert.Equal(HelpExamples.Sections.Sum(section => section.Examples.Count) + HelpExamples.Fields.Count, links.Count);
        foreach (var link in links.Take(links.Count - HelpExamples.Fields.Count).Where((_, index) => index % 7 == 0)) // all queries are run by the other test
        {
            var answer = await browser.GetAsync(ServiceHost.Console, link);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.DoesNotContain("ak-empty", answer.Body, StringComparison.Ordinal);
        }
    }

    private async Task<long> CountAsync(string query)
    {
        using var client = _tenants.CreateApiClient(_tenants.A);
        using var json = JsonDocument.Parse(await client.GetStringAsync(new Uri("/api/v1/traces/count?q=" + Uri.EscapeDataString(query), UriKind.Relative)));
        return json.RootElement.GetProperty("count").GetInt64();
    }
}
