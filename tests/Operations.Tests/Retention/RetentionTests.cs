using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Operations.Retention;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations.Tests.Retention;

public sealed class RetentionTests(OperationsServer service)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_LongerThanTheDefault_HoldsForThatTenantAlone()
    {
        using var customer = service.Tenants.CreateApiClient(service.Tenants.A);
        using var other = service.Tenants.CreateApiClient(service.Tenants.B);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await customer.PutAsJsonAsync("/api/v1/retention/gateway-log", new { days = 89 }, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await customer.PutAsJsonAsync("/api/v1/retention/gateway-log", new { days = 99999 }, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await customer.PutAsJsonAsync("/api/v1/retention/nothing", new { days = 100 }, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await customer.PutAsJsonAsync("/api/v1/retention/gateway-log", new { days = 400 }, Cancellation)).StatusCode);
        Assert.Equal(400, await DaysAsync(customer, "gateway-log"));
        Assert.Equal(90, await DaysAsync(other, "gateway-log"));
        Assert.Equal(180, await DaysAsync(other, "sign-in-log"));
    }

    [Fact]
    public async Task Job_SignInRecordsPast180Days_AreDeletedWithProofOnThePage()
    {
        var tenant = service.Tenants.B.Id.Value;
        // Day D counts from the day after: 181 days ago goes, 180 days ago stays.
        await service.Server.Database.ExecuteAsOwnerAsync("""
            INSERT INTO identity.sign_in_record (tenant_id, id, at, support_id_tried, user_key_tried, outcome, address)
            SELECT @tenant, gen_random_uuid(), @now::timestamptz - make_interval(days => age), 'AK00000002', 'old', 'succeeded', '127.0.0.1' FROM unnest(ARRAY[180, 181, 181, 300]) AS age
            """, new { tenant, now = service.Server.Clock.GetUtcNow() });
        var said = await service.Server.Services.GetRequiredService<ApplyRetention>().RunAsync(Cancellation);
        Assert.Contains("3 items deleted", said.English, StringComparison.Ordinal);
        Assert.Single(await service.Server.Database.QueryAsOwnerAsync<int>("SELECT 1 FROM identity.sign_in_record WHERE tenant_id = @tenant AND user_key_tried = 'old'", new { tenant }));

        using var api = service.Tenants.CreateApiClient(service.Tenants.B);
        var deletions = await api.GetFromJsonAsync<JsonElement>("/api/v1/retention/deletions", Cancellation);
        Assert.Equal([1L, 2L], deletions.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("items").GetInt64()).Order());
        Assert.Contains("0 items deleted", (await service.Server.Services.GetRequiredService<ApplyRetention>().RunAsync(Cancellation)).English, StringComparison.Ordinal);

        using var browser = await service.Tenants.SignInToConsoleAsync(service.Tenants.B);
        Assert.Contains("サインインの記録", (await browser.GetAsync(ServiceHost.Console, "/retention")).Body, StringComparison.Ordinal);
        var csv = (await browser.GetAsync(ServiceHost.Console, "/retention/deletions.csv")).Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, csv.Length);
        Assert.Contains("\"削除日時\",\"種類\",\"対象日\",\"件数\"", csv[0], StringComparison.Ordinal);
        Assert.Equal(deletions.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("digest").GetString()).Order(), csv[1..].Select(line => line.Split("\",\"")[^1].Trim('"')).Order());
        var answer = await browser.SubmitAsync(ServiceHost.Console, "/retention", [new("class", "reports"), new("days", "500")]);
        Assert.Equal(HttpStatusCode.Redirect, answer.Status);
        Assert.Equal(500, await DaysAsync(api, "reports"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await browser.SubmitAsync(ServiceHost.Console, "/retention", [new("class", "reports"), new("days", "5")])).Status);
        var told = await service.Server.Database.QueryAsOwnerAsync<string>("SELECT action FROM platform.audit_entry WHERE tenant_id = @tenant AND action LIKE 'retention.%'", new { tenant });
        Assert.Equal(["retention.change", "retention.delete", "retention.delete"], told.Order(StringComparer.Ordinal));
    }

    private static async Task<int> DaysAsync(HttpClient client, string id) =>
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/retention", Cancellation)).EnumerateArray().Single(period => period.GetProperty("class").GetString() == id).GetProperty("days").GetInt32();
}
