using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Bench.Receive;
using Akashi.Identity;
using Akashi.Identity.Tokens;
using Akashi.Platform.Tenancy;

namespace Akashi.Bench.Platform;

/// <summary>
/// One tenant's uploads and searches, one after the other, while another tenant sends batches and searches as fast as it can, coming back when
/// it is asked to; beside the same without the other, and beside a stranger that only keeps every processor busy: what no service can avoid. Then
/// once more, after the operator has set limits for the other.
/// </summary>
internal static class NoisyTenant
{
    private const int Samples = 150;
    private const int QuietLines = 200;

    public static async Task RunAsync(PlatformSetting setting, BenchReport report)
    {
        if (Corpus.Read(QuietLines) is not { } lines) return;
        var service = setting.Service;
        var quietToken = await AddTenantAsync(setting);
        using var quiet = await BenchTerminal.EnrolAsync(service, quietToken);
        await MeasureAsync(service, quiet, quietToken, lines); // the first ones pay for the compiler
        var alone = await MeasureAsync(service, quiet, quietToken, lines);
        var stranger = await BesideStrangerAsync(() => MeasureAsync(service, quiet, quietToken, lines));
        using var flood = await FloodProcess.StartAsync(service);
        var beside = await MeasureAsync(service, quiet, quietToken, lines);
        await LimitAsync(setting);
        await Task.Delay(TimeSpan.FromSeconds(3)); // what was admitted before ends
        var limited = await MeasureAsync(service, quiet, quietToken, lines);
        BenchReport.Note($"noisy-tenant: {Samples} uploads of {QuietLines} traces and as many searches, p95, {Environment.ProcessorCount} cores, beside another tenant's {Flood.AtOnce} uploads and {Flood.AtOnce} searches at once ({await flood.EndAsync()})");
        BenchReport.Note($"noisy-tenant: the same beside a stranger that keeps every processor busy: upload {stranger.Upload:0.#} ms, search {stranger.Search:0.#} ms");
        report.AddLessIsBetter("noisy-tenant-upload", beside.Upload, "ms", "alone", alone.Upload);
        report.AddLessIsBetter("noisy-tenant-search", beside.Search, "ms", "alone", alone.Search);
        report.AddLessIsBetter("limited-tenant-upload", limited.Upload, "ms", "alone", alone.Upload);
        report.AddLessIsBetter("limited-tenant-search", limited.Search, "ms", "alone", alone.Search);
    }

    /// <summary>One busy thread a processor, in this process and at its priority.</summary>
    private static async Task<T> BesideStrangerAsync<T>(Func<Task<T>> measure)
    {
        var busy = true;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() => { while (Volatile.Read(ref busy)) Thread.SpinWait(1000); })).ToList();
        threads.ForEach(thread => thread.Start());
        try
        {
            return await measure();
        }
        finally
        {
            Volatile.Write(ref busy, false);
            threads.ForEach(thread => thread.Join());
        }
    }

    private static async Task<(double Upload, double Search)> MeasureAsync(BenchService service, BenchTerminal terminal, string token, List<byte[]> lines)
    {
        using var client = ApiClient(service, token);
        var (upload, search) = (new List<double>(), new List<double>());
        for (var i = 0; i < Samples; i++)
        {
            var batch = ReceiveBenchmark.Pack(terminal.Tmid, lines[^QuietLines..]);
            var started = Stopwatch.GetTimestamp();
            await terminal.SendAsync(batch);
            upload.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            started = Stopwatch.GetTimestamp();
            using (var answer = await client.GetAsync(service.Address("api", "/api/v1/traces?q=explorer&limit=20"))) answer.EnsureSuccessStatusCode();
            search.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return (Percentile95(upload), Percentile95(search));
    }

    /// <summary>What an operator does about a tenant that floods.</summary>
    private static async Task LimitAsync(PlatformSetting setting)
    {
        using var client = await OperatorClientAsync(setting);
        var limits = new { requestsPerSecond = 20, requestBurst = 20, ingestBytesPerSecond = 1 << 20, ingestBurstBytes = 1 << 20, searches = 1 };
        using var answer = await client.PutAsJsonAsync(setting.Service.Address("api", "/api/v1/tenants/AK00000001/limits"), limits);
        answer.EnsureSuccessStatusCode();
    }

    internal static async Task<HttpClient> OperatorClientAsync(PlatformSetting setting)
    {
        using var ready = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(setting.Service.Folder, "ready.json")));
        return ApiClient(setting.Service, ready.RootElement.GetProperty("operatorApiToken").GetString()!);
    }

    /// <returns>An API token of its administrator.</returns>
    private static async Task<string> AddTenantAsync(PlatformSetting setting)
    {
        using var client = await OperatorClientAsync(setting);
        using var answer = await client.PostAsJsonAsync(setting.Service.Address("api", "/api/v1/tenants"), new
        {
            contract = new { name = "静かなお客様", plan = "standard", options = Array.Empty<string>(), trial = false, startsOn = "2026-04-01", applicantName = "申込", applicantMail = "a@q.example", accountRecipientName = "送付", accountRecipientMail = "b@q.example" },
            administratorUserId = "admin", administratorName = "管理者", administratorMail = "c@q.example",
        });
        using var made = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        var supportId = made.RootElement.GetProperty("supportId").GetString()!;
        var tenant = new TenantId(await setting.ScalarAsOwnerAsync<Guid>("SELECT id FROM identity.tenant WHERE support_id = @supportId", ("supportId", supportId)));
        var person = await setting.ScalarAsOwnerAsync<Guid>("UPDATE identity.user_account SET state = 'active' WHERE tenant_id = @tenant RETURNING id", ("tenant", tenant.Value));
        return await new ApiTokens(setting.Database, TimeProvider.System).ReplaceAsync(tenant, person, "bench", Roles.PermissionsOf(Roles.Administrator), CancellationToken.None);
    }

    internal static HttpClient ApiClient(BenchService service, string token)
    {
        var client = service.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private static double Percentile95(List<double> times) => times.Order().ElementAt(times.Count * 95 / 100);
}
