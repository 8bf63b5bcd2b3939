using System.Globalization;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Hosts;

/// <summary>A request for another host than its TLS connection was opened for is answered 421 before anything else looks at it.</summary>
[Collection(SharedService.Name)]
public sealed class MisdirectedTests(ServiceFixture fixture)
{
    private RunningService Service => fixture.Service;

    private string Name(string host) => $"{host}.akashi.localhost";

    public static TheoryData<string, string, string, string> Crossings => new()
    {
        // SNI, Host, path, expected status; an IP address as the URL's host sends no SNI (RFC 6066 §3)
        { "portal", "agent", "/v1/policy", "421" },
        { "portal", "console", "/", "421" },
        { "enrol", "agent", "/v1/policy", "421" },
        { "agent", "api", "/api/v1/me", "421" },
        { "api", "api.evil.example", "/api/v1/me", "421" },
        { "api", "akashi.localhost", "/healthz", "421" },
        { "nobody", "api", "/api/v1/me", "421" },
        { "127.0.0.1", "api", "/api/v1/me", "421" },
        { "127.0.0.1", "127.0.0.1", "/healthz", "421" },
        { "[::1]", "portal", "/", "421" },
        { "api", "api", "/healthz", "200" },
        { "api", "API", "/healthz", "200" },
        { "agent", "agent", "/v1/policy", "401" },
    };

    [Theory]
    [MemberData(nameof(Crossings))]
    public async Task Curl_HostAndSni_AreJudgedTogether(string sni, string host, string path, string expected)
    {
        Needs.Program("curl");
        var address = char.IsAsciiLetter(sni[0]) ? Name(sni) : sni;
        var header = host.Contains('.', StringComparison.Ordinal) ? host : Name(host);
        foreach (var version in (string[])["--http1.1", "--http2"])
        {
            var answer = await ProgramRun.OutputOfAsync("curl", "-sk", version, "-o", "/dev/null", "-w", "%{http_code}", "-H", $"Host: {header}:{Service.Port}",
                "--connect-to", string.Create(CultureInfo.InvariantCulture, $"::127.0.0.1:{Service.Port}"), string.Create(CultureInfo.InvariantCulture, $"https://{address}:{Service.Port}{path}"));
            Assert.Equal((version, expected), (version, answer));
        }
    }

    [Fact]
    public async Task Curl_BodyForAnotherHost_IsNotStored()
    {
        Needs.Program("curl");
        var count = await Service.Database.SingleAsync<long>("SELECT count(*) FROM traces.batch");
        var answer = await ProgramRun.OutputOfAsync("curl", "-sk", "-X", "PUT", "-d", "x", "-H", $"Host: {Name("api")}:{Service.Port}", "-H", $"Authorization: Bearer {Service.ApiToken}",
            "-H", "Accept: application/json", "--connect-to", $"::127.0.0.1:{Service.Port}", $"https://{Name("portal")}:{Service.Port}/api/v1/traces/import/x.zip");
        Assert.Contains("\"code\":\"misdirected-request\"", answer, StringComparison.Ordinal);
        Assert.Equal(count, await Service.Database.SingleAsync<long>("SELECT count(*) FROM traces.batch"));
    }

    [Fact]
    public async Task Chromium_HostsOfOneService_AreNeverReachedOverEachOthersConnection()
    {
        Assert.SkipUnless(TestChromium.IsInstalled, "Skipped: Chromium is missing.");
        await using var browser = await TestChromium.StartAsync();

        Assert.Equal(421, await StatusAsync(browser, new Uri($"https://127.0.0.1:{Service.Port}/")));
        Assert.Equal(421, await StatusAsync(browser, new Uri($"https://nobody.akashi.localhost:{Service.Port}/")));
        // One browser, one address, one port: with a wildcard certificate it would reuse the first connection for the others.
        Assert.Equal(200, await StatusAsync(browser, Service.Address(ServiceHost.Portal, "/sign-in")));
        Assert.Equal(200, await StatusAsync(browser, Service.Address(ServiceHost.Api, "/healthz")));
        Assert.Equal(401, await StatusAsync(browser, Service.Address(ServiceHost.Agent, "/v1/policy")));
    }

    private static async Task<int> StatusAsync(TestChromium browser, Uri address)
    {
        await browser.GoAsync(address);
        await browser.WaitAsync($"location.href === '{address.AbsoluteUri}' && performance.getEntriesByType('navigation')[0].responseStatus > 0");
        return await browser.RunAsync<int>("performance.getEntriesByType('navigation')[0].responseStatus");
    }
}
