using System.Diagnostics;
using System.Globalization;
using Akashi.Bench.Traces.Rows;

namespace Akashi.Bench.Traces.Peers;

/// <summary>Parsed rows over HTTP, merged to one part a day before it is asked: the best that it can be.</summary>
internal sealed class ClickHouseStore(ClickHouseForm form, string folder) : ITraceStore
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private static readonly string Columns = $"{TraceColumns.Leading}, {string.Join(", ", TraceColumns.All.Select(column => column.Key))}";

    private readonly ClickHouseServer _server = new(form, folder);

    public string Name => form.Name;

    public int MostRows => int.MaxValue;

    public double CpuSeconds => ProcessFigures.CpuSeconds(_server.Process);

    public double? PeakMemory => ProcessFigures.PeakMemory(_server.Process);

    public async Task StartAsync()
    {
        await _server.StartAsync();
        await _server.QueryAsync(form.CreateTable);
    }

    public async Task<Filling> InsertAsync(RowFiles rows)
    {
        var seconds = 0.0;
        await foreach (var files in rows.RoundsAsync())
        {
            var started = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (file, _) =>
            {
                await using var stream = File.OpenRead(file);
                await _server.InsertAsync(Columns, stream);
            });
            seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        var merging = Stopwatch.GetTimestamp();
        var rested = await RestWatch.UntilRestAsync(StateAsync, Quiet);
        return new Filling(seconds, seconds + Math.Max(0, Stopwatch.GetElapsedTime(merging, rested).TotalSeconds));
    }

    /// <summary>After merging each day to one part, which nobody waits for and which nobody pays for.</summary>
    public async Task<long> SizeAsync()
    {
        foreach (var day in (await _server.QueryAsync("SELECT DISTINCT partition FROM system.parts WHERE active AND table = 'traces'")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            await _server.QueryAsync($"OPTIMIZE TABLE traces PARTITION {day} FINAL");
        return long.Parse(await _server.QueryAsync("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'traces'"), CultureInfo.InvariantCulture);
    }

    public async Task RestartAsync()
    {
        await _server.StopAsync();
        await _server.StartAsync();
    }

    public Task<string> ValueAsync(string field, string value) => CountAsync($"{field} = {Quoted(value)}");

    public Task<string> WordAsync(string word) => PartAsync(TraceColumns.FreeTextKeys, word);

    public Task<string> PartAsync(IReadOnlyList<string> fields, string part) => CountAsync(string.Join(" OR ", fields.Select(field => $"position({field}, {Quoted(part)}) > 0")));

    public async Task<string> NewestAsync(string tmid, int count)
    {
        // The times first: whole rows of a terminal's every trace would be read otherwise.
        var own = $"tenant = 1 AND tmid = {Quoted(tmid)}";
        var earliest = $"(SELECT min(ts) FROM (SELECT ts FROM traces WHERE {own} ORDER BY ts DESC LIMIT {count}))";
        var rows = await _server.QueryAsync($"SELECT toUInt32(ts), ms, * FROM traces WHERE {own} AND ts >= {earliest} ORDER BY ts DESC, ms DESC LIMIT {count}");
        return Answers.Newest([.. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t', 3)).Select(row => (Number(row[0]) * 1000) + Number(row[1]))]);
    }

    public async Task<string> ByKindAsync() => Answers.All(await GroupsAsync("evt, subEvt", "1", null));

    public async Task<string> ConnectionsByHourAsync(DateTimeOffset from, DateTimeOffset to) =>
        Answers.All(await GroupsAsync("toString(intDiv(toUInt32(ts), 3600)), ''", $"evt = 'net' AND subEvt = 'con' AND {Between(from, to)}", null));

    public async Task<string> TopProgramsAsync(DateTimeOffset from, DateTimeOffset to, int count) => Answers.Top((await GroupsAsync("psPath, ''", Between(from, to), count)).Select(group => group.Count));

    public async Task<string> ProgramsByUserAsync(DateTimeOffset from, DateTimeOffset to, int count) => Answers.Top((await GroupsAsync("psPath, usr", Between(from, to), count)).Select(group => group.Count));

    public Task<string> CommandsLikeAsync(string pattern) => CountAsync($"match(cmd, {Quoted("(?i)" + pattern)}) OR match(shCmd, {Quoted("(?i)" + pattern)})");

    public async Task<Func<CancellationToken, Task<long>>?> PrepareTrafficAsync(RowFiles rows, int rowsPerSecond)
    {
        var seconds = new List<byte[]>();
        await foreach (var files in rows.RoundsAsync())
        {
            foreach (var file in files)
                foreach (var lines in File.ReadLines(file).Chunk(rowsPerSecond)) seconds.Add(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        }
        return async cancellation =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            var sent = 0L;
            foreach (var second in seconds)
            {
                if (cancellation.IsCancellationRequested) break;
                using var content = new MemoryStream(second);
                await _server.InsertAsync(Columns, content);
                sent += rowsPerSecond;
                await timer.WaitForNextTickAsync(CancellationToken.None);
            }
            return sent;
        };
    }

    /// <summary>How many rows each of these conditions is true of, in one pass: for choosing needles, not measured.</summary>
    public async Task<long[]> CountEachAsync(IReadOnlyList<string> conditions)
    {
        var counts = await _server.QueryAsync($"SELECT {string.Join(", ", conditions.Select(condition => $"countIf({condition})"))} FROM traces WHERE tenant = 1");
        return [.. counts.Trim().Split('\t').Select(Number)];
    }

    public static string Quoted(string text) => "'" + text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal) + "'";

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<string?> StateAsync()
    {
        if ((await _server.QueryAsync("SELECT count() FROM system.merges")).Trim() != "0") return null;
        return await _server.QueryAsync("SELECT name FROM system.parts WHERE active AND table = 'traces' ORDER BY name");
    }

    private async Task<string> CountAsync(string condition) => Answers.Of(Number(await _server.QueryAsync($"SELECT count() FROM traces WHERE tenant = 1 AND ({condition})")));

    private async Task<List<(string Group, long Count)>> GroupsAsync(string by, string condition, int? limit)
    {
        var rows = await _server.QueryAsync($"SELECT {by}, count() AS rows FROM traces WHERE tenant = 1 AND {condition} GROUP BY {by} {(limit is null ? "" : $"ORDER BY rows DESC LIMIT {limit}")}");
        return [.. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t')).Select(row => ($"{row[0]}/{row[1]}".TrimEnd('/'), Number(row[^1])))];
    }

    private static string Between(DateTimeOffset from, DateTimeOffset to) => $"ts >= toDateTime({from.ToUnixTimeSeconds()}) AND ts < toDateTime({to.ToUnixTimeSeconds()})";

    private static long Number(string text) => long.Parse(text.Trim(), CultureInfo.InvariantCulture);
}
