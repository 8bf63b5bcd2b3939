using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.App.Tests.TenantWalls;

/// <summary>
/// A's session, token and terminal against every route with every id of B: nothing of B comes back, nothing of B changes, and an id of B is
/// answered like one that belongs to nobody.
/// </summary>
public sealed partial class TenantWallTests(WalledServer walled) : IClassFixture<WalledServer>
{
    /// <summary>Write down at B, as they must, that somebody tried to sign in or asked for a link there. The sign-in tests look at them.</summary>
    private static readonly string[] MayTouchB = ["/sign-in", "/forgotten"];

    /// <summary>A's own audit log has an entry more at every export, and its use of the service a request, so that two answers in a row differ; nothing of B may be in either.</summary>
    private static bool GrowsByItself(WalledRoute route) => route.Path.Contains("/audit/", StringComparison.Ordinal) || route.Path is "/contract" or "/api/v1/contract/limits";

    private enum Credential
    {
        Session,
        Token,
        Terminal,
    }

    [Fact]
    public async Task Routes_AreAllListed()
    {
        var routes = await RouteList.OfAsync(walled);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', routes));
        Assert.Equal(routes.Count, routes.Select(route => (route.Host, route.Method, route.Path)).Distinct().Count());
        foreach (var host in (ServiceHost[])[ServiceHost.Api, ServiceHost.Agent, ServiceHost.Enrol, ServiceHost.Portal, ServiceHost.Console]) Assert.Contains(routes, route => route.Host == host);
        Assert.Contains(routes, route => route is { Method: "PUT", Host: ServiceHost.Agent, PathParameters.Count: 1 });
        Assert.Contains(routes, route => route is { Path: "/api/v1/traces", Query.Count: >= 4 });
        Assert.Contains(routes, route => route is { Host: ServiceHost.Portal, Method: "POST", Form.Count: >= 3 });
    }

    [Theory]
    [InlineData("Session")]
    [InlineData("Token")]
    [InlineData("Terminal")]
    public async Task EveryRoute_WithIdsOfB_ShowsAndChangesNothingOfB(string credentialName)
    {
        var credential = Enum.Parse<Credential>(credentialName);
        var routes = (await RouteList.OfAsync(walled)).Where(route => !MayTouchB.Contains(route.Path)).ToList();
        var before = await walled.StateOfBAsync();
        var asked = 0;
        var findings = new List<string>();
        foreach (var route in routes)
        {
            using var client = walled.CreateClient(route.Host, credential == Credential.Terminal ? walled.TerminalOfA.Certificate : null);
            foreach (var id in walled.IdsOfB)
            {
                if (asked++ > 0 && route is { PathParameters.Count: 0, Query.Count: 0, Body: null, Form: null or { Count: 0 } } && id != walled.IdsOfB[0]) break; // no place for an id
                var foreign = await AskAsync(client, route, id.Value, credential);
                var random = await AskAsync(client, route, id.Random, credential);
                if (foreign.Status != random.Status) findings.Add($"{route} with B's {id.Kind}: {foreign.Status}, with a random one: {random.Status}");
                else if (foreign.Body != random.Body && !GrowsByItself(route)) findings.Add($"{route} with B's {id.Kind} differs from a random one:\n{Difference(foreign.Body, random.Body)}");
                foreach (var leaked in walled.TracesOfB.Where(text => foreign.Body.Contains(text, StringComparison.OrdinalIgnoreCase))) findings.Add($"{route} with B's {id.Kind} shows '{leaked}' of B");
                if (foreign.Status is >= 500 or 0) findings.Add($"{route} with B's {id.Kind}: {foreign.Status}");
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{credential}: {asked} pairs over {routes.Count} routes.");
        Assert.True(findings.Count == 0, string.Join('\n', findings.Take(20)));
        Assert.Equal(before, await walled.StateOfBAsync());
    }

    [Fact]
    public async Task Token_WithTheOperatorsHeader_ReachesNobody()
    {
        foreach (var supportId in (string[])[walled.Tenants.B.SupportId, "AK00000999"])
        {
            using var api = walled.CreateApi(walled.Tenants.A);
            api.Client.DefaultRequestHeaders.Add("Akashi-Tenant", supportId);
            using var answer = await api.Client.GetAsync(new Uri("/api/v1/traces", UriKind.Relative));
            Assert.Equal(System.Net.HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("only-operators", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    /// <summary>Without this the walls could stand because nothing at all is shown.</summary>
    [Fact]
    public async Task OwnData_IsThere()
    {
        foreach (var (tenant, own, foreign) in (IEnumerable<(TestTenant, string, string)>)[(walled.Tenants.A, WalledServer.SecretOfA, WalledServer.SecretOfB), (walled.Tenants.B, WalledServer.SecretOfB, WalledServer.SecretOfA)])
        {
            using var api = walled.CreateApi(tenant);
            Assert.Equal(50, await api.CountAsync(own));
            Assert.Equal(0, await api.CountAsync(foreign));
            Assert.DoesNotContain(foreign, System.Text.Encoding.UTF8.GetString(await api.ExportAsync("*")), StringComparison.Ordinal);
        }
    }

    private async Task<(int Status, string Body)> AskAsync(HttpClient client, WalledRoute route, string id, Credential credential)
    {
        string? cookie = null;
        (string, string)? form = null;
        if (credential == Credential.Session && route.Host is ServiceHost.Portal or ServiceHost.Console)
        {
            // Wrong passwords count, as they must; the next request must not meet a lock that this one did not.
            if (route.Method == "POST") await walled.UnlockAAsync();
            cookie = (await SessionsAsync(fresh: route.Path == "/sign-out"))[route.Host];
            if (route.Form is not null) form = await FormTokenAsync(client, route.Host, cookie);
        }
        using var answer = await SendAsync(client, () =>
        {
            var request = WalledRequest.Make(route, id, form, cookie);
            if (credential == Credential.Token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", walled.Tenants.A.Token);
            return request;
        });
        var headers = string.Join('\n', answer.Headers.Where(header => header.Key is "Location" or "Set-Cookie").SelectMany(header => header.Value).Select(value => Secret().Replace(value, "…")));
        return ((int)answer.StatusCode, WalledRequest.Normalise(headers + "\n" + await BodyAsync(answer), id));
    }

    /// <summary>Streams end when their reader goes; the server notices a little later, and then has a place for the next.</summary>
    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, Func<HttpRequestMessage> make)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var request = make();
            var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (answer.StatusCode != System.Net.HttpStatusCode.TooManyRequests || attempt == 50) return answer;
            answer.Dispose();
            await Task.Delay(100);
        }
    }

    /// <summary>Of a stream of events what is there at once, up to the first sign of life.</summary>
    private static async Task<string> BodyAsync(HttpResponseMessage answer)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream") return await answer.Content.ReadAsStringAsync();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var text = new System.Text.StringBuilder();
        while (await reader.ReadLineAsync() is { } line && line != "event: beat")
        {
            if (!line.StartsWith("id: ", StringComparison.Ordinal)) text.AppendLine(line); // where the tenant's own log stands
        }
        return text.ToString();
    }

    private IReadOnlyDictionary<ServiceHost, string>? _sessions;

    /// <summary>A sign-out ends the session that sends it, so it gets one of its own.</summary>
    private async Task<IReadOnlyDictionary<ServiceHost, string>> SessionsAsync(bool fresh) => fresh ? await walled.SignInAsAAsync() : _sessions ??= await walled.SignInAsAAsync();

    private static async Task<(string, string)> FormTokenAsync(HttpClient client, ServiceHost host, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, host == ServiceHost.Console ? "/terminals" : "/");
        request.Headers.Add("Cookie", cookie);
        request.Headers.Accept.ParseAdd("text/html");
        using var page = await client.SendAsync(request);
        var token = Token().Match(await page.Content.ReadAsStringAsync());
        var set = page.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.FirstOrDefault(text => text.StartsWith("__Host-akashi-form=", StringComparison.Ordinal)) : null;
        return token.Success && set is not null ? (System.Net.WebUtility.HtmlDecode(token.Groups[1].Value), set.Split(';')[0]) : throw new InvalidOperationException($"The first page of {host} shows no form.");
    }

    private static string Difference(string one, string other)
    {
        var at = 0;
        while (at < one.Length && at < other.Length && one[at] == other[at]) at++;
        var from = Math.Max(0, at - 60);
        return $"  {one[from..Math.Min(one.Length, at + 100)].ReplaceLineEndings(" ")}\n  {other[from..Math.Min(other.Length, at + 100)].ReplaceLineEndings(" ")}";
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("((code|challenge)=[^&;]+)|(__Host-akashi-(session|form|hand-off)=[^;]*)|(expires=[^;]*)", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Secret();
}
