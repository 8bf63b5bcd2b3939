using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Akashi.Platform.Web;

namespace Akashi.Portal.Tests.Pages;

public sealed partial class LayoutTests(PortalServer fixture)
{
    [Theory]
    [InlineData("en", "en")]
    [InlineData("en-GB,en;q=0.8", "en")]
    [InlineData("en-US", "en")]
    [InlineData("ja", "ja")]
    [InlineData("fr", "ja")]
    public async Task Page_ForABrowserOfALanguage_IsInItOrInJapanese(string accepted, string expected)
    {
        using var client = fixture.Server.CreateClient(ServiceHost.Portal);
        client.DefaultRequestHeaders.Add("Accept-Language", accepted);
        var body = await client.GetStringAsync(new Uri("/sign-in", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains($"<html lang=\"{expected}\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Home_ForAnAdministrator_LinksWhatExistsAndNothingElse()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var home = await browser.GetAsync(ServiceHost.Portal, "/");
        var links = Link().Matches(home.Body).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)).Distinct(StringComparer.Ordinal).ToList();
        Assert.Contains("/to/console?return=%2Ftraces", links);
        Assert.Contains("/to/console?return=%2Fterminals", links);
        foreach (var link in links)
        {
            var answer = await browser.FollowAsync(await browser.GetAsync(new Uri(fixture.Server.Address(ServiceHost.Portal, "/"), link)));
            Assert.True(answer.Status == HttpStatusCode.OK, $"{link} leads to {answer.Status}");
        }
        Assert.Contains("最初のお客様", home.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Home_ForAnOperator_ShowsNoCustomerPages()
    {
        using var browser = await fixture.Tenants.SignInAsync(fixture.Tenants.Operator);
        var home = await browser.GetAsync(ServiceHost.Portal, "/");
        Assert.DoesNotContain("/traces", home.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("/terminals", home.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Language_Switched_StaysAndNamesTheOther()
    {
        using var browser = await fixture.Tenants.SignInAsync(fixture.Tenants.A);
        var japanese = await browser.GetAsync(ServiceHost.Portal, "/");
        Assert.Contains("<html lang=\"ja\"", japanese.Body, StringComparison.Ordinal);
        var answer = await browser.SubmitAsync(ServiceHost.Portal, "/", [new("culture", "en-US"), new("return", "/account/password")], action: "/language");
        Assert.Equal("/account/password", answer.Location?.PathAndQuery);
        var english = await browser.FollowAsync(answer);
        Assert.Contains("<html lang=\"en\"", english.Body, StringComparison.Ordinal);
        Assert.Contains("Current password", english.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Language_ReturnToAStranger_StaysHere()
    {
        using var browser = await fixture.Tenants.SignInAsync(fixture.Tenants.A);
        var answer = await browser.SubmitAsync(ServiceHost.Portal, "/", [new("culture", "en-US"), new("return", "//evil.example/")], action: "/language");
        Assert.Equal(fixture.Server.Address(ServiceHost.Portal, "/"), answer.Location);
    }

    [Fact]
    public async Task Page_Always_CarriesAStrictPolicyAndIsKeptByNobody()
    {
        using var browser = fixture.Server.CreateBrowser();
        var answer = await browser.GetAsync(ServiceHost.Portal, "/sign-in");
        var policy = string.Join(';', answer.Message.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.True(answer.Message.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData("text/html", "text/html")]
    [InlineData("application/json", "application/problem+json")]
    public async Task NothingThere_AnswersAsAsked(string accept, string type)
    {
        using var client = fixture.Server.CreateClient(ServiceHost.Console);
        client.DefaultRequestHeaders.Add("Accept", accept);
        using var answer = await client.GetAsync("/nowhere/<script>");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("<script>\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NotPermitted_ForPeople_IsAPage()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.Operator);
        var answer = await browser.GetAsync(ServiceHost.Console, "/traces");
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("この操作は許可されていません", answer.Body, StringComparison.Ordinal);
        Assert.Contains("証跡の検索", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ja", "アドレスが違います")]
    [InlineData("en", "Wrong address")]
    public async Task WrongHost_ForPeople_IsAPage(string language, string title)
    {
        // By hand: every client library takes the name of the connection from the request's host.
        using var handler = fixture.Server.CreateHandler();
        handler.SslOptions.TargetHost = fixture.Server.Hosts.NameOf(ServiceHost.Portal);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, fixture.Server.Options.Port);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(handler.SslOptions);
        var console = fixture.Server.Hosts.NameOf(ServiceHost.Console);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET /sign-in HTTP/1.1\r\nHost: {console}:{fixture.Server.Options.Port}\r\nAccept: text/html\r\nAccept-Language: {language}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(tls, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 421", answer, StringComparison.Ordinal);
        Assert.Contains(title, answer, StringComparison.Ordinal);
        Assert.Contains(console, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assets_OfAPage_AreKeptForGoodAndComeCompressed()
    {
        using var browser = fixture.Server.CreateBrowser();
        var page = await browser.GetAsync(ServiceHost.Portal, "/sign-in");
        var assets = Asset().Matches(page.Body).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.Equal(6, assets.Count);
        using var client = fixture.Server.CreateClient(ServiceHost.Portal);
        foreach (var asset in assets)
        {
            using var plain = await client.GetAsync(asset);
            Assert.True(plain.IsSuccessStatusCode, asset);
            Assert.Contains("immutable", plain.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            using var request = new HttpRequestMessage(HttpMethod.Get, asset);
            request.Headers.AcceptEncoding.ParseAdd("br");
            using var compressed = await client.SendAsync(request);
            Assert.Equal("br", Assert.Single(compressed.Content.Headers.ContentEncoding));
            using var known = new HttpRequestMessage(HttpMethod.Get, asset);
            known.Headers.IfNoneMatch.Add(plain.Headers.ETag!);
            using var unchanged = await client.SendAsync(known);
            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        }
        using var missing = await client.GetAsync("/assets/../config.json");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [GeneratedRegex("href=\"([^\"#][^\"]*)\"", RegexOptions.None, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("(?:href|src)=\"(/assets/[^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Asset();
}
