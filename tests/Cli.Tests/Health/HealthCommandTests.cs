using Microsoft.AspNetCore.Http;
using Xunit;

namespace Akashi.Cli.Tests.Health;

public sealed class HealthCommandTests
{
    [Theory]
    [InlineData("ok", false, 0)]
    [InlineData("warning", false, 0)]
    [InlineData("failing", false, 1)]
    [InlineData("ok", true, 1)]
    public async Task Run_AStateOfTheService_ShowsItAndEndsAccordingly(string state, bool stale, int code)
    {
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsJsonAsync(new
        {
            state, stale,
            checks = new[] { new { id = "platform.disk", japanese = "ディスク", english = "Disk space", state, since = "2026-11-21T00:00:00Z", japaneseMessage = "広げる", englishMessage = "Grow it" } },
        }));
        var answer = await Client.RunAsync(api.Data, "health");
        Assert.Equal(code, answer.Code);
        Assert.Contains("2026/11/21 09:00", answer.Output, StringComparison.Ordinal);
        Assert.Equal("GET /api/v1/health", Assert.Single(api.Requests));
    }
}
