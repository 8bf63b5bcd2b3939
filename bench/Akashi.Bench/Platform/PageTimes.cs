using System.Diagnostics;
using Akashi.Platform.Tenancy;

namespace Akashi.Bench.Platform;

/// <summary>
/// The pages that look through the largest tables, asked for in turn by one person of the largest contract and one operator, over TLS, signed
/// in; beside the page that shows nothing but who is signed in.
/// </summary>
internal static class PageTimes
{
    private const int Rounds = 30;

    private static readonly string[] Customers =
    [
        "/users", "/users?q=p00001", "/users?q=佐藤", "/users?state=suspended", "/users?sort=-created",
        "/audit", "/audit?actor=user7", "/audit?action=user.suspend", "/audit?target=user99", "/terminals", "/roles", "/tokens", "/contract",
    ];

    private static readonly string[] Operators = ["/tenants", "/tenants?q=AK10000", "/tenants?status=active", "/jobs", "/mail", "/events", "/health", "/calendar", "/retention", "/audit"];

    public static async Task RunAsync(PlatformSetting setting, BenchReport report)
    {
        using var client = setting.Service.CreateClient();
        var customer = await SignInAsync(setting, setting.Tenant.Value);
        var provider = await SignInAsync(setting, await setting.ScalarAsOwnerAsync<Guid>("SELECT id FROM identity.tenant WHERE kind = 'operator'"));
        (string Path, string Cookie)[] pages = [.. Customers.Select(path => (path, customer)), .. Operators.Select(path => (path, provider))];

        var floor = new List<double>();
        var times = pages.ToDictionary(page => page, _ => new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var page in pages)
            {
                var took = await TimeAsync(client, setting, page.Path, page.Cookie);
                var bare = await TimeAsync(client, setting, "/", page.Cookie);
                if (round == 0) continue; // for the compiler and the caches
                times[page].Add(took);
                floor.Add(bare);
            }
        }
        foreach (var (page, taken) in times.OrderByDescending(entry => Percentile95(entry.Value)).Take(5))
            BenchReport.Note($"page-p95: {page.Path}{(page.Cookie == provider ? " (operator)" : "")} {Percentile95(taken):F1} ms");
        BenchReport.Note($"page-p95: {pages.Length} pages, {Rounds} times each, one after the other, first to last byte; the slowest five above; target 100 ms for any");
        report.AddLessIsBetter("page-p95", times.Values.Max(Percentile95), "ms", "GET / p95", Percentile95(floor));
    }

    private static async Task<string> SignInAsync(PlatformSetting setting, Guid tenant)
    {
        var person = await setting.ScalarAsOwnerAsync<Guid>("SELECT id FROM identity.user_account WHERE tenant_id = @tenant AND role IN ('administrator', 'operator') ORDER BY user_key LIMIT 1", ("tenant", tenant));
        await setting.ExecuteAsOwnerAsync("UPDATE identity.user_account SET state = 'active' WHERE tenant_id = @tenant AND id = @person", ("tenant", tenant), ("person", person));
        return await LargeService.OpenSessionAsync(setting, new TenantId(tenant), person);
    }

    private static async Task<double> TimeAsync(HttpClient client, PlatformSetting setting, string path, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, setting.Service.Address("console", path));
        request.Headers.Add("Cookie", $"__Host-akashi-session={cookie}");
        var started = Stopwatch.GetTimestamp();
        using var answer = await client.SendAsync(request);
        var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        if (answer.StatusCode != System.Net.HttpStatusCode.OK) throw new InvalidOperationException($"{path} was answered with {(int)answer.StatusCode}.");
        return took;
    }

    private static double Percentile95(List<double> times) => times.Order().ElementAt(times.Count * 95 / 100);
}
