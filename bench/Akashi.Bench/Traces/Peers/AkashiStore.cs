using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Bench.Platform;
using Akashi.Bench.Receive;
using Akashi.Bench.Traces.Rows;

namespace Akashi.Bench.Traces.Peers;

/// <summary>The whole service: HTTPS, unpacking, parsing, archive, encryption and index are all in its figures, PostgreSQL's CPU too.</summary>
internal sealed class AkashiStore : ITraceStore
{
    // The merger looks every five seconds, and for the rest of a period ten seconds after the last of it came.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Terminals send on their own, and each waits until its batch is on the disk.</summary>
    private const int Streams = 16;

    private BenchService _service = null!;
    private PlatformSetting _setting = null!;
    private HttpClient _client = null!;
    private bool? _readsPatterns;

    public string Name => "Akashi";

    public int MostRows => int.MaxValue;

    public double CpuSeconds => ProcessFigures.CpuSeconds(_service.ServerProcess) + ProcessFigures.CpuSeconds(_service.DatabaseProcess);

    public double? PeakMemory => ProcessFigures.PeakMemory(_service.ServerProcess);

    public async Task StartAsync()
    {
        _service = await BenchService.StartAsync(withAgent: false);
        _setting = await PlatformSetting.OpenAsync(_service);
        _client = NoisyTenant.ApiClient(_service, _service.Token);
        using var operators = await NoisyTenant.OperatorClientAsync(_setting);
        // The measure is what the store can do, not what a contract grants.
        var limits = new { requestsPerSecond = 100_000, requestBurst = 1_000_000, ingestBytesPerSecond = 16L << 30, ingestBurstBytes = 1L << 40, searches = 1000 };
        using var answer = await operators.PutAsJsonAsync(_service.Address("api", "/api/v1/tenants/AK00000001/limits"), limits);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<Filling> InsertAsync(RowFiles rows)
    {
        var batches = await rows.ZipAsync();
        using var fleet = await Fleet.EnrolAsync(_service, batches);
        var started = Stopwatch.GetTimestamp();
        await fleet.SendAsync(Streams);
        var sent = Stopwatch.GetElapsedTime(started).TotalSeconds;
        while (await StateAsync() is null) await Task.Delay(Poll);
        var found = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var rested = await RestWatch.UntilRestAsync(StateAsync, Quiet);
        var count = await _service.CountAsync("*");
        if (count != batches.Sum(batch => (long)batch.Lines)) throw new InvalidOperationException($"{count} traces can be found, {batches.Sum(batch => (long)batch.Lines)} were sent.");
        var archived = (double)await ArchiveBytesAsync() / count;
        BenchReport.Note(string.Create(CultureInfo.InvariantCulture, $"traces: Akashi took the batches after {sent:0.0} s, {fleet.Refusals} refused for a moment; the archive beside the index takes {archived:0.0} bytes/row"));
        return new Filling(found, Stopwatch.GetElapsedTime(started, rested).TotalSeconds);
    }

    public Task<long> SizeAsync() => _setting.ScalarAsOwnerAsync<long>("SELECT coalesce(sum(bytes), 0)::bigint FROM traces.segment WHERE retired_at IS NULL");

    public async Task RestartAsync()
    {
        _client.Dispose();
        await _service.RestartAsync();
        _client = NoisyTenant.ApiClient(_service, _service.Token);
    }

    public Task<string> ValueAsync(string field, string value) => CountAsync($"{field}:{Quoted(value)}");

    public Task<string> WordAsync(string word) => CountAsync(word);

    public Task<string> PartAsync(IReadOnlyList<string> fields, string part) => CountAsync(string.Join(" OR ", fields.Select(field => $"{field}:*{Quoted(part)}*")));

    public async Task<string> NewestAsync(string tmid, int count)
    {
        using var answer = await GetAsync($"traces?q={Uri.EscapeDataString("tmid:" + tmid)}&limit={count}&order=newest&show=line");
        return Answers.Newest([.. answer.RootElement.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("time").GetDateTimeOffset().ToUnixTimeMilliseconds())]);
    }

    public async Task<string> ByKindAsync() => Answers.All(await GroupsAsync("*", null, null, 1000, "evt", "subEvt"));

    public async Task<string> ConnectionsByHourAsync(DateTimeOffset from, DateTimeOffset to)
    {
        using var answer = await GetAsync($"traces/histogram?q={Uri.EscapeDataString("evt:net subEvt:con")}{Bounds(from, to)}&interval=1h");
        return Answers.All(answer.RootElement.GetProperty("buckets").EnumerateArray()
            .Select(bucket => ((bucket.GetProperty("from").GetDateTimeOffset().ToUnixTimeSeconds() / 3600).ToString(CultureInfo.InvariantCulture), bucket.GetProperty("count").GetInt64())).ToList());
    }

    public async Task<string> TopProgramsAsync(DateTimeOffset from, DateTimeOffset to, int count) => Answers.Top((await GroupsAsync("*", from, to, count, "psPath")).Select(group => group.Count));

    public async Task<string> ProgramsByUserAsync(DateTimeOffset from, DateTimeOffset to, int count) => Answers.Top((await GroupsAsync("*", from, to, count, "psPath", "usr")).Select(group => group.Count));

    public async Task<string> CommandsLikeAsync(string pattern)
    {
        // Where the language has no patterns, they are values that nothing equals.
        _readsPatterns ??= await CountAsync("evt:/[a-z]/i") != "0";
        return _readsPatterns.Value ? await CountAsync($"cmd:/{pattern}/i OR shCmd:/{pattern}/i") : throw new NotServedException("The query language has no patterns.");
    }

    public async Task<Func<CancellationToken, Task<long>>?> PrepareTrafficAsync(RowFiles rows, int rowsPerSecond)
    {
        var fleet = await Fleet.EnrolAsync(_service, await rows.ZipAsync());
        return cancellation => fleet.SendEvenlyAsync(rowsPerSecond, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_setting is not null) await _setting.DisposeAsync();
        if (_service is not null) await _service.DisposeAsync();
    }

    private async Task<string?> StateAsync()
    {
        if (await _setting.ScalarAsOwnerAsync<bool>("SELECT EXISTS (SELECT FROM traces.pending_batch)")) return null;
        return await _setting.ScalarAsOwnerAsync<string>("SELECT coalesce(string_agg(segment_id::text, ' ' ORDER BY segment_id), '') FROM traces.segment WHERE retired_at IS NULL");
    }

    private Task<long> ArchiveBytesAsync() => _setting.ScalarAsOwnerAsync<long>("SELECT coalesce(sum(zip_bytes), 0)::bigint FROM traces.batch");

    private async Task<string> CountAsync(string query)
    {
        using var answer = await GetAsync("traces/count?q=" + Uri.EscapeDataString(query));
        return Answers.Of(answer.RootElement.GetProperty("count").GetInt64());
    }

    private async Task<List<(string Group, long Count)>> GroupsAsync(string query, DateTimeOffset? from, DateTimeOffset? to, int limit, params string[] by)
    {
        using var answer = await GetAsync($"traces/groups?q={Uri.EscapeDataString(query)}{Bounds(from, to)}&limit={limit}&{string.Join('&', by.Select(field => "by=" + field))}");
        return [.. answer.RootElement.GetProperty("groups").EnumerateArray().Select(group => (string.Join('/', group.GetProperty("values").EnumerateArray().Select(value => value.GetString() ?? "")), group.GetProperty("count").GetInt64()))];
    }

    private async Task<JsonDocument> GetAsync(string path)
    {
        using var response = await _client.GetAsync(_service.Address("api", "/api/v1/" + path));
        if (response.StatusCode == HttpStatusCode.NotFound) throw new NotServedException($"'{path.Split('?')[0]}' is no route.");
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"'{path}' was answered with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}\n{_service.LastErrors()}");
        return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
    }

    private static string Bounds(DateTimeOffset? from, DateTimeOffset? to) => Bound("from", from) + Bound("to", to);

    private static string Bound(string name, DateTimeOffset? time) => time?.ToUniversalTime() is { } set ? $"&{name}={Uri.EscapeDataString(set.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))}" : "";

    private static string Quoted(string text) => '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
