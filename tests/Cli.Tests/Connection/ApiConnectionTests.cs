using Akashi.TestKit;
using Microsoft.AspNetCore.Http;

namespace Akashi.Cli.Tests.Connection;

public sealed class ApiConnectionTests
{
    private static Task CountAsync(HttpContext context) => context.Response.WriteAsJsonAsync(new { count = 1 });

    [Fact]
    public async Task Open_NoService_SaysHowToStartIt()
    {
        using var folder = new TestFolder();
        var answer = await Client.RunAsync(folder.Path, "trace", "count", "*");
        Assert.Equal(3, answer.Code);
        Assert.Contains("./akashi up", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ServiceStopped_IsUnreachable()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("ready.json"), $$"""{ "addresses": { "api": "https://api.akashi.localhost:{{LoopbackNames.FreePort()}}" }, "apiToken": "akt_secret" }""");
        var answer = await Client.RunAsync(folder.Path, "trace", "count", "*");
        Assert.Equal(3, answer.Code);
        Assert.DoesNotContain("akt_secret", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OtherAuthority_IsNotTrusted()
    {
        await using var api = await FakeApi.StartAsync(CountAsync);
        await using var other = await FakeApi.StartAsync(CountAsync);
        File.Copy(Path.Combine(other.Data, "authority.pem"), Path.Combine(api.Data, "authority.pem"), overwrite: true);

        var answer = await Client.RunAsync(api.Data, "trace", "count", "*");

        Assert.Equal(3, answer.Code);
        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task Open_TokenRefused_IsNotAllowed()
    {
        await using var api = await FakeApi.StartAsync(CountAsync, token: "akt_wrong");
        var answer = await Client.RunAsync(api.Data, "terminal", "list");
        Assert.Equal(4, answer.Code);
        Assert.Contains("token-refused", answer.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("akt_wrong", answer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{ "addresses": 1, "apiToken": 2 }""")]
    [InlineData("""{ "addresses": {} }""")]
    public async Task Open_DamagedReadyFile_NamesIt(string content)
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("ready.json"), content);
        var answer = await Client.RunAsync(folder.Path, "trace", "count", "*");
        Assert.Equal(1, answer.Code);
        Assert.Contains(folder.File("ready.json"), answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_Environment_WinsAndNeedsAToken()
    {
        using var folder = new TestFolder();
        var missing = await Client.RunAsync("C", folder.Path, ["trace", "count", "*"], ("AKASHI_URL", "https://api.akashi.localhost:1"));
        var plain = await Client.RunAsync("C", folder.Path, ["trace", "count", "*"], ("AKASHI_URL", "http://api.akashi.localhost:1"), ("AKASHI_TOKEN", "akt_x"));
        Assert.Equal(4, missing.Code);
        Assert.Equal(2, plain.Code);
    }

    [Fact]
    public async Task TerminalList_Pages_AreAllShown()
    {
        await using var api = await FakeApi.StartAsync(context =>
        {
            var page = int.Parse(context.Request.Query["page"]!, System.Globalization.CultureInfo.InvariantCulture);
            var rows = Enumerable.Range(0, page == 1 ? 500 : 3).Select(number => new { tmid = $"{page}-{number}", computerName = "PC", kind = "agent", operatingSystem = "Debian", agentVersion = "0.1.0", lastSeenAt = "2026-02-01T04:20:00Z" });
            return context.Response.WriteAsJsonAsync(new { rows, total = 503 });
        });

        var answer = await Client.RunAsync(api.Data, "terminal", "list");

        Assert.Equal(503, answer.Lines.Length);
        Assert.Equal("2-2\tPC\tagent\tDebian\t0.1.0\t2026-02-01 13:20:00", answer.Lines[^1]);
    }
}
