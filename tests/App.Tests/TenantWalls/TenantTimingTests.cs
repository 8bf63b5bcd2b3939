using System.Net;
using System.Net.Http.Json;
using Akashi.Agent.Protocol;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.TenantWalls;

/// <summary>
/// Whether the time of an answer tells that an id belongs to somebody else. Sign-in, tokens and sessions are timed beside the Identity
/// module. The daily run takes few pairs and only reports; AKASHI_LONG=1 takes 2 000 a route and judges.
/// </summary>
public sealed class TenantTimingTests(WalledServer walled) : IClassFixture<WalledServer>
{
    private static readonly int Pairs = Needs.Long ? 2000 : 100;

    [Fact]
    public async Task TerminalSearch_IdOfB_TakesAsLongAsARandomOne()
    {
        using var api = walled.CreateApi(walled.Tenants.A);
        await CompareAsync("terminals by id", "terminal", id => GetAsync(api.Client, "/api/v1/terminals?search=" + id, HttpStatusCode.OK));
    }

    [Fact]
    public async Task TraceSearch_WordOfB_TakesAsLongAsARandomOne()
    {
        using var api = walled.CreateApi(walled.Tenants.A);
        await CompareAsync("traces by a word", "word", id => GetAsync(api.Client, "/api/v1/traces?q=" + id, HttpStatusCode.OK));
    }

    [Fact]
    public async Task TraceSearch_PositionOfB_TakesAsLongAsARandomOne()
    {
        using var api = walled.CreateApi(walled.Tenants.A);
        await CompareAsync("traces after a row", "trace", id => GetAsync(api.Client, "/api/v1/traces?limit=1&after=" + Uri.EscapeDataString(id), HttpStatusCode.OK));
    }

    [Fact]
    public async Task TracePage_RowOfB_TakesAsLongAsARandomOne()
    {
        using var client = walled.CreateClient(ServiceHost.Console, null);
        client.DefaultRequestHeaders.Add("Cookie", (await walled.SignInAsAAsync())[ServiceHost.Console]);
        await CompareAsync("one trace's page", "trace", id => GetAsync(client, "/traces/row/" + Uri.EscapeDataString(id), HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Batch_OfTerminalOfB_IsRefusedInTheSameTime() => await CompareAsync("batch of another terminal", "batch file", async id =>
    {
        var answer = await walled.TerminalOfA.PutAsync(id, [1, 2, 3]);
        Assert.Equal("wrong-terminal", answer.Code);
    });

    [Fact]
    public async Task Enrolment_TokenOfB_IsRefusedInTheSameTime()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = TestTerminal.RequestOf(key);
        using var client = walled.CreateClient(ServiceHost.Enrol, null);
        await CompareAsync("enrolment token", "enrolment token", async id =>
        {
            using var answer = await client.PostAsJsonAsync(AgentRoutes.Enrol, new EnrolRequest(id, Guid.CreateVersion7().ToString(), request, "PC", "", ""));
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        });
    }

    [Fact]
    public async Task Activation_CodeOfB_IsRefusedInTheSameTime()
    {
        using var client = walled.CreateClient(ServiceHost.Portal, null);
        await CompareAsync("activation code", "activation code", id => GetAsync(client, "/activate?code=" + id, HttpStatusCode.NotFound));
    }

    private async Task CompareAsync(string what, string kind, Func<string, Task> ask)
    {
        var id = walled.IdsOfB.Single(id => id.Kind == kind);
        var (alike, figures) = await TimingComparison.AreAlikeAsync(Pairs, () => ask(id.Value), () => ask(id.Random));
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {figures}");
        if (Needs.Long) Assert.True(alike, $"{what}: {figures}");
    }

    private static async Task GetAsync(HttpClient client, string path, HttpStatusCode expected)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        await answer.Content.CopyToAsync(Stream.Null);
        Assert.Equal(expected, answer.StatusCode);
    }
}
