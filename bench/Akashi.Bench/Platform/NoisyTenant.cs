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
/// it is asked to; beside the same without the other. Then once more, after the operator has set limits for the other. All clients run on the same processors as the service, so that part of the slowness is theirs.
/// </summary>
internal static class NoisyTenant
{
    private const int Samples = 150;
    private const int AtOnce = 12; // of each of two clients: one uploads, one searches
    private const int NoisyBatches = 100;
    private const int NoisyLines = 2_000;
    private const int QuietLines = 200;

    public static async Task RunAsync(PlatformSetting setting, BenchReport report)
    {
        if (Corpus.Read(NoisyLines + QuietLines) is not { } lines) return;
        var service = setting.Service;
        var quietToken = await AddTenantAsync(setting);
        using var quiet = await BenchTerminal.EnrolAsync(service, quietToken);
        using var noisy = await BenchTerminal.EnrolAsync(service, service.Token);
        var batches = Enumerable.Range(0, NoisyBatches).Select(_ => ReceiveBenchmark.Pack(noisy.Tmid, lines[..NoisyLines])).ToArray();
        await MeasureAsync(service, quiet, quietToken, lines); // the first ones pay for the compiler
        var alone = await MeasureAsync(service, quiet, quietToken, lines);
        using var end = new CancellationTokenSource();
        var (uploads, searches) = (new Counts(), new Counts());
        var flood = Enumerable.Range(0, AtOnce).SelectMany(i => new[] { UploadAsync(noisy, batches, i, uploads, end.Token), SearchAsync(service, searches, end.Token) }).ToList();
        await Task.Delay(TimeSpan.FromSeconds(3));
        var beside = await MeasureAsync(service, quiet, quietToken, lines);
        await LimitAsync(setting);
        await Task.Delay(TimeSpan.FromSeconds(3)); // what was admitted before ends
        var limited = await MeasureAsync(service, quiet, quietToken, lines);
        await end.CancelAsync();
        await Task.WhenAll(flood);
        BenchReport.Note($"noisy-tenant: {Samples} uploads of {QuietLines} traces and as many searches, p95, beside {AtOnce} uploads and {AtOnce} searches at once by another tenant ({uploads}; {searches}), {Environment.ProcessorCount} cores");
        report.AddLessIsBetter("noisy-tenant-upload", beside.Upload, "ms", "alone", alone.Upload);
        report.AddLessIsBetter("noisy-tenant-search", beside.Search, "ms", "alone", alone.Search);
        report.AddLessIsBetter("limited-tenant-upload", limited.Upload, "ms", "alone", alone.Upload);
        report.AddLessIsBetter("limited-tenant-search", limited.Search, "ms", "alone", alone.Search);
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

    private static async Task UploadAsync(BenchTerminal terminal, BenchBatch[] batches, int first, Counts counts, CancellationToken end)
    {
        for (var i = first; !end.IsCancellationRequested; i++) await counts.AddAsync(await terminal.TrySendAsync(batches[i % batches.Length]), end);
    }

    private static async Task SearchAsync(BenchService service, Counts counts, CancellationToken end)
    {
        using var client = ApiClient(service, service.Token);
        while (!end.IsCancellationRequested)
        {
            using var answer = await client.GetAsync(service.Address("api", "/api/v1/traces?q=*&limit=1000"), CancellationToken.None);
            await counts.AddAsync(answer.IsSuccessStatusCode ? null : answer.Headers.RetryAfter?.Delta ?? TimeSpan.Zero, end);
        }
    }

    /// <summary>What an operator does about a tenant that floods.</summary>
    private static async Task LimitAsync(PlatformSetting setting)
    {
        using var client = await OperatorClientAsync(setting);
        var limits = new { requestsPerSecond = 20, requestBurst = 20, ingestBytesPerSecond = 1 << 20, ingestBurstBytes = 1 << 20, searches = 1 };
        using var answer = await client.PutAsJsonAsync(setting.Service.Address("api", "/api/v1/tenants/AK00000001/limits"), limits);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<HttpClient> OperatorClientAsync(PlatformSetting setting)
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

    private static HttpClient ApiClient(BenchService service, string token)
    {
        var client = service.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private static double Percentile95(List<double> times) => times.Order().ElementAt(times.Count * 95 / 100);

    private sealed class Counts
    {
        private int _served;
        private int _refused;

        /// <summary>Who is asked to come back does, as agents and the command line do.</summary>
        public async Task AddAsync(TimeSpan? pause, CancellationToken end)
        {
            Interlocked.Increment(ref pause is null ? ref _served : ref _refused);
            if (pause is { } time) await Task.Delay(time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public override string ToString() => $"{_served} served, {_refused} asked to come back";
    }
}
