using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Akashi.Cli.Tests.Calls;

/// <summary>What commands that are one call of the API send and show.</summary>
public sealed class CallTests
{
    [Fact]
    public async Task List_OfAHistory_ShowsTheNewestPageAndSaysSo()
    {
        await using var api = await FakeApi.StartAsync(PageAsync);
        var answer = await Client.RunAsync(api.Data, "retention", "deletions");
        Assert.Equal((0, 1), (answer.Code, answer.Lines.Length));
        Assert.Contains("2026-11-21 09:00:00", answer.Output, StringComparison.Ordinal); // Japan time
        Assert.Contains("--all", answer.Errors, StringComparison.Ordinal);
        Assert.Equal(["GET /api/v1/retention/deletions"], api.Requests);
    }

    [Fact]
    public async Task List_OfAHistoryWithAll_FollowsEveryPage()
    {
        await using var api = await FakeApi.StartAsync(PageAsync);
        var answer = await Client.RunAsync(api.Data, "retention", "deletions", "--all", "--json");
        Assert.Equal(["a", "b"], answer.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("class").GetString()));
        Assert.Equal("", answer.Errors);
        Assert.Equal(["GET /api/v1/retention/deletions", "GET /api/v1/retention/deletions?before=x%26y"], api.Requests);
    }

    [Fact]
    public async Task List_WithConditions_SendsThemEscaped()
    {
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsJsonAsync(new { rows = Array.Empty<object>(), next = (string?)null }));
        await Client.RunAsync(api.Data, "user", "list", "--search", "山&田", "--state", "active");
        Assert.Equal(["GET /api/v1/users?pageSize=500&search=%E5%B1%B1%26%E7%94%B0&state=active"], api.Requests);
    }

    [Fact]
    public async Task Call_WithPlacesAndABody_FillsAndSendsThem()
    {
        var bodies = new ConcurrentQueue<string>();
        await using var api = await FakeApi.StartAsync(async context =>
        {
            bodies.Enqueue(await new StreamReader(context.Request.Body).ReadToEndAsync());
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        Assert.Equal("Done.", Assert.Single((await Client.RunAsync(api.Data, "role", "change", "a/../b", "監査 担当", "--permission", "audit.read", "traces.search")).Lines));
        await Client.RunAsync(api.Data, "consent", "grant", "019");
        await Client.RunAsync(api.Data, "access", "ask", "AK00000001", "--reason", "調査のため", "--permission", "traces.search", "--legal-order", "令状 1");
        Assert.Equal(["PUT /api/v1/roles/a%2F..%2Fb", "POST /api/v1/operator-access-consents/019/grant", "POST /api/v1/operator-access"], api.Requests.Select(request => request.Replace("a/../b", "a%2F..%2Fb", StringComparison.Ordinal)));
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse("""{"name":"監査 担当","permissions":["audit.read","traces.search"]}""").RootElement, JsonDocument.Parse(bodies.ToArray()[0]).RootElement));
        Assert.Equal("", bodies.ToArray()[1]);
        Assert.Equal("legal-order", JsonDocument.Parse(bodies.ToArray()[2]).RootElement.GetProperty("basis").GetString());
    }

    [Fact]
    public async Task Call_ThatIsRefused_ShowsTheServicesOwnWords()
    {
        await using var api = await FakeApi.StartAsync(context => FakeApi.ProblemAsync(context, 409, "role-in-use", "The role 'x' is held by 2 users."));
        var answer = await Client.RunAsync(api.Data, "role", "remove", "x");
        Assert.Equal(1, answer.Code);
        Assert.Contains("role-in-use: The role 'x' is held by 2 users.", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_OfAUser_KeepsWhatIsNotGiven()
    {
        var sent = "";
        await using var api = await FakeApi.StartAsync(async context =>
        {
            var person = new { id = "019a", userId = "Taro", displayName = "山田 太郎", mail = "taro@a.example", role = "user" };
            if (context.Request.Method == "PUT") sent = await new StreamReader(context.Request.Body).ReadToEndAsync();
            if (context.Request.Method == "PUT") await context.Response.WriteAsJsonAsync(person);
            else await context.Response.WriteAsJsonAsync(new { rows = new[] { person with { id = "019b", userId = "taro2" }, person }, next = (string?)null });
        });
        var answer = await Client.RunAsync(api.Data, "user", "change", "ｔａｒｏ", "--mail", "new@a.example");
        Assert.Equal(0, answer.Code);
        Assert.Equal("PUT /api/v1/users/019a", api.Requests.Last());
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse("""{"displayName":"山田 太郎","mail":"new@a.example","role":"user"}""").RootElement, JsonDocument.Parse(sent).RootElement));
    }

    private static Task PageAsync(HttpContext context) => context.Response.WriteAsJsonAsync(context.Request.Query["before"] == "x&y"
        ? new { items = new[] { new { @class = "b", deletedAt = "2026-11-20T00:00:00Z" } }, next = (string?)null }
        : new { items = new[] { new { @class = "a", deletedAt = "2026-11-21T00:00:00Z" } }, next = (string?)"x&y" });
}
