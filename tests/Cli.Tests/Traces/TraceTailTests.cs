using Microsoft.AspNetCore.Http;

namespace Akashi.Cli.Tests.Traces;

public sealed class TraceTailTests
{
    private const string Row = """{"id":"1","time":"2026-02-01T04:20:00.5+00:00","tmid":"t","line":"the line","fields":[["com","PC-1"],["evt","ps"],["subEvt","start"],["cmd","c NUMBER"]]}""";

    [Fact]
    public async Task Tail_LostConnection_ComesBackWithTheLastIdAndEndsWhenTold()
    {
        var asked = new List<string>();
        await using var api = await FakeApi.StartAsync(async context =>
        {
            asked.Add(context.Request.Headers["Last-Event-ID"].ToString());
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("retry: 10\n\nid: 1_0\nevent: beat\ndata: {}\n\n");
            await context.Response.WriteAsync($"id: 1_{asked.Count}\nevent: trace\ndata: {Row.Replace("NUMBER", $"{asked.Count}", StringComparison.Ordinal)}\n\n");
            if (asked.Count == 1) return;
            await context.Response.WriteAsync("id: 2_0\nevent: left-out\ndata: {\"traces\":1234}\n\nevent: end\ndata: {\"code\":\"token-refused\",\"message\":\"Gone\"}\n\n");
        });

        var answer = await Client.RunAsync(api.Data, "trace", "tail", "evt:ps");

        Assert.Equal(1, answer.Code);
        Assert.Equal(["2026-02-01 13:20:00.500\tPC-1\tps/start\t\tc 1", "2026-02-01 13:20:00.500\tPC-1\tps/start\t\tc 2"], answer.Lines);
        Assert.Equal(["", "1_1"], asked);
        Assert.Contains("1,234", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("token-refused: Gone", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_Refused_SaysWhyAndEnds()
    {
        await using var api = await FakeApi.StartAsync(context => FakeApi.ProblemAsync(context, 400, "query-invalid", "No"));
        var answer = await Client.RunAsync(api.Data, "trace", "tail", "(");
        Assert.Equal((1, "query-invalid: No"), (answer.Code, answer.Errors.Trim()));
    }

    [Fact]
    public async Task Complete_Query_PrintsAProposalALine()
    {
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsJsonAsync(new
        {
            start = 0, length = 2, proposals = new[] { new { kind = "field", text = "evt:" }, new { kind = "field", text = "evtID:" } }, hints = new[] { new { column = 1, field = "evtt", nearest = "evt", query = "evt:x" } }, error = (object?)null,
        }));
        var answer = await Client.RunAsync(api.Data, "trace", "complete", "ev");
        Assert.Equal(["evt:", "evtID:"], answer.Lines);
        Assert.Contains("evt:x", answer.Errors, StringComparison.Ordinal);
        Assert.Equal("GET /api/v1/traces/completion?q=ev", Assert.Single(api.Requests));
    }
}
