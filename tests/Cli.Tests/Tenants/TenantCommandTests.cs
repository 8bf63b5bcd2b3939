using Microsoft.AspNetCore.Http;
using Xunit;

namespace Akashi.Cli.Tests.Tenants;

public sealed class TenantCommandTests
{
    [Fact]
    public async Task List_OverSeveralPages_AsksAsTheOperatorForEach()
    {
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsJsonAsync(context.Request.Query["after"] == "AK00000001"
            ? new { items = new[] { new { supportId = "AK00000002", name = "乙", status = "ended" } }, next = (string?)null }
            : new { items = new[] { new { supportId = "AK00000001", name = "甲", status = "active" } }, next = (string?)"AK00000001" }));
        var answer = await Client.RunAsync(api.Data, "tenant", "list", "--status", "active");
        Assert.Equal(0, answer.Code);
        Assert.Contains("AK00000001", answer.Output, StringComparison.Ordinal);
        Assert.Contains("乙", answer.Output, StringComparison.Ordinal);
        Assert.Equal(["GET /api/v1/tenants?limit=500&status=active", "GET /api/v1/tenants?limit=500&status=active&after=AK00000001"], api.Requests);
    }

    [Fact]
    public async Task End_WithoutConfirmation_SendsNothing()
    {
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsJsonAsync(new { status = "ended" }));
        Assert.Equal(2, (await Client.RunAsync(api.Data, "tenant", "end", "AK00000001")).Code);
        Assert.Empty(api.Requests);
        var answer = await Client.RunAsync(api.Data, "tenant", "end", "AK00000001", "--confirm", "AK00000001");
        Assert.Equal(0, answer.Code);
        Assert.Equal("POST /api/v1/tenants/AK00000001/end", Assert.Single(api.Requests));
    }

    [Fact]
    public async Task Limits_WithOneOfThem_LeavesTheOthersAsTheyWereSet()
    {
        const string limits = """{"limits":{"requestsPerSecond":300,"requestBurst":3000,"ingestBytesPerSecond":1,"ingestBurstBytes":2,"searches":8},"plan":{"requestsPerSecond":300,"requestBurst":3000,"ingestBytesPerSecond":1,"ingestBurstBytes":2,"searches":8},"own":{"requestsPerSecond":null,"requestBurst":50,"ingestBytesPerSecond":null,"ingestBurstBytes":null,"searches":null},"nodes":1,"use":[{"kind":"requests","usedLastHour":1234,"refusedLastHour":7,"usedLastDay":2,"refusedLastDay":3}]}""";
        var sent = "";
        await using var api = await FakeApi.StartAsync(async context =>
        {
            if (context.Request.Method == "PUT") sent = await new StreamReader(context.Request.Body).ReadToEndAsync();
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(limits);
        });
        var answer = await Client.RunAsync(api.Data, "tenant", "limits", "AK00000001");
        Assert.Equal(0, answer.Code);
        Assert.Contains("1,234", answer.Output, StringComparison.Ordinal);
        Assert.Equal(["GET /api/v1/tenants/AK00000001/limits"], api.Requests);
        Assert.Equal(0, (await Client.RunAsync(api.Data, "tenant", "limits", "AK00000001", "--searches", "20")).Code);
        Assert.Equal("""{"requestsPerSecond":null,"requestBurst":50,"ingestBytesPerSecond":null,"ingestBurstBytes":null,"searches":20}""", sent);
        Assert.Equal(0, (await Client.RunAsync(api.Data, "tenant", "limits", "AK00000001", "--plan")).Code);
        Assert.Equal("""{"requestsPerSecond":null,"requestBurst":null,"ingestBytesPerSecond":null,"ingestBurstBytes":null,"searches":null}""", sent);
        Assert.Equal(0, (await Client.RunAsync(api.Data, "contract-limits")).Code);
        Assert.Equal("GET /api/v1/contract/limits", api.Requests.Last());
    }
}
