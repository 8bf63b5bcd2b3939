using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Akashi.Cli.Tests.Traces;

public sealed class TraceSearchTests
{
    private const string Tmid = "0f8c2a54-77aa-4c1e-9d1c-3b3f0d6f2a11";

    private static object Row(string id, params string[][] fields) => new { id, time = "2026-02-01T04:20:00.5+00:00", tmid = Tmid, line = "the line", fields };

    private static Task AnswerAsync(HttpContext context, int total, string? next, params object[] rows) => context.Response.WriteAsJsonAsync(new { rows, total, next });

    [Fact]
    public async Task Search_Rows_ShowsTimeComputerEventProcessAndSubject()
    {
        await using var api = await FakeApi.StartAsync(context => AnswerAsync(context, 3, null,
            Row("1", ["com", "PC-1"], ["evt", "ps"], ["subEvt", "start"], ["psPath", "/bin/true"], ["cmd", "/bin/true MARK-1"], ["com", "again"]),
            Row("2", ["com", "PC-1"], ["evt", "net"], ["subEvt", "con"], ["psPath", "/bin/curl"], ["cmd", "curl"], ["dstIP", "192.0.2.1"], ["dstPort", "443"]),
            Row("3")));

        var answer = await Client.RunAsync(api.Data, "trace", "search", "evt:ps MARK");

        Assert.True(answer.Code == 0, answer.Errors);
        Assert.Equal(
            [
                "2026-02-01 13:20:00.500\tPC-1\tps/start\t/bin/true\t/bin/true MARK-1",
                "2026-02-01 13:20:00.500\tPC-1\tnet/con\t/bin/curl\t192.0.2.1:443",
                $"2026-02-01 13:20:00.500\t{Tmid}\t\t\tthe line",
            ], answer.Lines);
        Assert.Equal("3 of 3 traces.", answer.Errors.Trim());
        Assert.Equal("GET /api/v1/traces?q=evt%3Aps%20MARK&limit=100&show=fields&total=true", Assert.Single(api.Requests));
    }

    [Fact]
    public async Task Search_EscapeSequencesInATrace_ReachNoTerminal()
    {
        await using var api = await FakeApi.StartAsync(context => AnswerAsync(context, 1, null,
            Row("1", ["com", "PC\n-2"], ["evt", "ps"], ["cmd", "\u001b]0;owned\u0007 \u009b31m \u202egpj.exe 日本語"])));

        var table = await Client.RunAsync(api.Data, "trace", "search", "*");
        var json = await Client.RunAsync(api.Data, "trace", "search", "*", "--json");

        foreach (var answer in (ClientAnswer[])[table, json])
        {
            Assert.Single(answer.Lines);
            Assert.DoesNotContain(answer.Output.TrimEnd('\n'), character => character != '\t' && char.IsControl(character));
            Assert.Contains("日本語", answer.Output, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("\u202e", table.Output, StringComparison.Ordinal);
        Assert.Equal("\u001b]0;owned\u0007 \u009b31m \u202egpj.exe 日本語", JsonDocument.Parse(json.Output).RootElement.GetProperty("fields")[2][1].GetString());
    }

    [Fact]
    public async Task Search_LimitOverSeveralPages_AsksForTheRestOnly()
    {
        var made = 0;
        await using var api = await FakeApi.StartAsync(context =>
        {
            var count = int.Parse(context.Request.Query["limit"]!, System.Globalization.CultureInfo.InvariantCulture);
            var rows = Enumerable.Range(made, count).Select(number => Row($"{number}")).ToArray();
            made += count;
            return AnswerAsync(context, 5000, $"row {made - 1}", rows);
        });

        var answer = await Client.RunAsync(api.Data, "trace", "search", "*", "--limit", "1500", "--json");

        Assert.Equal(1500, answer.Lines.Length);
        Assert.Equal(1500, answer.Lines.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(["GET /api/v1/traces?q=%2A&limit=1000&total=true", "GET /api/v1/traces?q=%2A&limit=500&after=row%20999"], api.Requests);
    }

    [Fact]
    public async Task Search_QueryRefused_SaysWhyInTheReadersLanguage()
    {
        await using var api = await FakeApi.StartAsync(context =>
            FakeApi.ProblemAsync(context, 400, "query-invalid", context.Request.Headers.AcceptLanguage == "ja" ? "検索式を読み取れません" : "The query cannot be read"));

        var english = await Client.RunAsync(api.Data, "trace", "search", "(");
        var japanese = await Client.RunAsync("ja_JP.UTF-8", api.Data, ["trace", "search", "("]);

        Assert.Equal(1, english.Code);
        Assert.Equal("query-invalid: The query cannot be read", english.Errors.Trim());
        Assert.Equal("query-invalid: 検索式を読み取れません", japanese.Errors.Trim());
    }

    [Fact]
    public async Task Search_QueryBeginsWithAtSign_IsSentAsItIs()
    {
        await using var api = await FakeApi.StartAsync(context => AnswerAsync(context, 0, null));
        var answer = await Client.RunAsync(api.Data, "trace", "search", "@/etc/passwd");
        Assert.Equal(0, answer.Code);
        Assert.Contains("q=%40%2Fetc%2Fpasswd", Assert.Single(api.Requests), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--last", "3x")]
    [InlineData("--last", "0m")]
    [InlineData("--from", "yesterday")]
    [InlineData("--limit", "0")]
    [InlineData("--nonsense", "1")]
    public async Task Search_BadOption_IsWrongUsageAndAsksNothing(string option, string value)
    {
        await using var api = await FakeApi.StartAsync(context => AnswerAsync(context, 0, null));
        var answer = await Client.RunAsync(api.Data, "trace", "search", "*", option, value);
        Assert.Equal(2, answer.Code);
        Assert.NotEmpty(answer.Errors);
        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task Count_Query_PrintsTheNumberAlone()
    {
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsJsonAsync(new { count = 263_395L }));
        var answer = await Client.RunAsync(api.Data, "trace", "count", "*", "--from", "2026-02-01T13:20", "--to", "2026-02-01T04:30:00Z");
        Assert.Equal("263395\n", answer.Output);
        Assert.Equal("GET /api/v1/traces/count?q=%2A&from=2026-02-01T13%3A20%3A00.0000000%2B09%3A00&to=2026-02-01T04%3A30%3A00.0000000%2B00%3A00", Assert.Single(api.Requests));
    }

    [Fact]
    public async Task Export_AnyBytes_ComeOutUnchanged()
    {
        byte[] bytes = [.. "a\r\nb\n"u8, 0xFF, 0xFE, 0x00, 0x1B, .. "\nno end"u8];
        await using var api = await FakeApi.StartAsync(context => context.Response.Body.WriteAsync(bytes).AsTask());
        var answer = await Client.RunAsync(api.Data, "trace", "export", "*");
        Assert.Equal(0, answer.Code);
        Assert.Equal(bytes, answer.Bytes);
    }

    [Fact]
    public async Task Export_CutShort_SaysThatItIsNotComplete()
    {
        await using var api = await FakeApi.StartAsync(context =>
        {
            context.Response.ContentLength = 100; // more than comes
            return context.Response.Body.WriteAsync("first\n"u8.ToArray()).AsTask();
        });
        var answer = await Client.RunAsync(api.Data, "trace", "export", "*");
        Assert.Equal(1, answer.Code);
        Assert.Contains("not complete", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_IntoAFile_HasItsNameOnlyOnceWhole()
    {
        var whole = false;
        await using var api = await FakeApi.StartAsync(context =>
        {
            if (context.Request.Path.StartsWithSegments("/api/v1/traces/exports")) return context.Response.WriteAsJsonAsync(new { state = "failed", rows = 1, total = 2, message = "The store is damaged" });
            if (!whole) context.Response.ContentLength = 100;
            return context.Response.Body.WriteAsync("first\n"u8.ToArray()).AsTask();
        });
        var file = Path.Combine(api.Data, "out.csv");
        var broken = await Client.RunAsync(api.Data, "trace", "export", "*", "--format", "csv", "--columns", "evt,cmd", "--output", file);
        Assert.Equal(1, broken.Code);
        Assert.Contains("The store is damaged", broken.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
        whole = true;
        Assert.Equal(0, (await Client.RunAsync(api.Data, "trace", "export", "*", "--format", "csv", "--columns", "evt,cmd", "--output", file)).Code);
        Assert.Equal("first\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.StartsWith("GET /api/v1/traces/export?q=%2A&format=csv&columns=evt%2Ccmd&run=", api.Requests.First(), StringComparison.Ordinal);
    }
}
