using System.Diagnostics;
using System.Globalization;
using Akashi.Bench.Traces.Rows;
using Akashi.Platform.Database;
using Npgsql;

namespace Akashi.Bench.Traces.Peers;

/// <summary>A private cluster; rows by COPY, then B-trees on (tmid, ts) and (sha256) and trigram indexes on cmd and path, which are quicker made at once.</summary>
internal sealed class PostgresStore(string folder) : ITraceStore
{
    private static readonly string Columns = $"{TraceColumns.Leading}, {string.Join(", ", TraceColumns.All.Select(column => Quote(column.Key)))}";

    private readonly PrivateCluster _cluster = new(folder, Path.Combine(folder, "s"));
    private Process? _postmaster;
    private NpgsqlDataSource? _data;

    public string Name => "PostgreSQL";

    public int MostRows => 2_000_000;

    public double CpuSeconds => ProcessFigures.CpuSeconds(_postmaster!.Id);

    public double? PeakMemory => null;

    public async Task StartAsync()
    {
        await OpenAsync();
        await ExecuteAsync("CREATE EXTENSION pg_trgm");
        await ExecuteAsync($"CREATE TABLE traces (tenant smallint, ts bigint, ms smallint, tz smallint, {string.Join(", ", TraceColumns.All.Select(column => $"{Quote(column.Key)} {TypeOf(column)}"))})");
    }

    public async Task<Filling> InsertAsync(RowFiles rows)
    {
        var seconds = 0.0;
        await foreach (var files in rows.RoundsAsync(MostRows))
        {
            var copying = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (file, cancellation) =>
            {
                await using var connection = await _data!.OpenConnectionAsync(cancellation);
                await using var copy = await connection.BeginTextImportAsync($"COPY traces ({Columns}) FROM STDIN", cancellation);
                await using var stream = File.OpenRead(file);
                await stream.CopyToAsync(copy.BaseStream, 1 << 17, cancellation);
            });
            seconds += Stopwatch.GetElapsedTime(copying).TotalSeconds;
        }
        var indexing = Stopwatch.GetTimestamp();
        await Task.WhenAll(
            ExecuteAsync("CREATE INDEX ON traces (tmid, ts)"), ExecuteAsync("CREATE INDEX ON traces (sha256)"),
            ExecuteAsync("CREATE INDEX ON traces USING gin (cmd gin_trgm_ops)"), ExecuteAsync("CREATE INDEX ON traces USING gin (path gin_trgm_ops)"));
        await ExecuteAsync("VACUUM ANALYZE traces");
        seconds += Stopwatch.GetElapsedTime(indexing).TotalSeconds;
        return new Filling(seconds, seconds);
    }

    public async Task<long> SizeAsync() => (long)(await ScalarAsync("SELECT pg_total_relation_size('traces')"))!;

    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    public Task<string> ValueAsync(string field, string value) => CountAsync($"{Quote(field)} = {Quoted(value)}");

    public Task<string> WordAsync(string word) => PartAsync(TraceColumns.FreeTextKeys, word);

    public Task<string> PartAsync(IReadOnlyList<string> fields, string part) =>
        CountAsync(string.Join(" OR ", fields.Select(field => $"{Quote(field)} LIKE {Quoted("%" + part.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal) + "%")}")));

    public async Task<string> NewestAsync(string tmid, int count) =>
        Answers.Newest([.. (await RowsAsync($"SELECT (ts * 1000 + ms)::text, traces::text FROM traces WHERE tenant = 1 AND tmid = {Quoted(tmid)} ORDER BY ts DESC, ms DESC LIMIT {count}")).Select(row => Number(row[0]))]);

    public async Task<string> ByKindAsync() => Answers.All(await GroupsAsync("evt || '/' || \"subEvt\"", "true", null));

    public async Task<string> ConnectionsByHourAsync(DateTimeOffset from, DateTimeOffset to) => Answers.All(await GroupsAsync("(ts / 3600)::text", $"evt = 'net' AND \"subEvt\" = 'con' AND {Between(from, to)}", null));

    public async Task<string> TopProgramsAsync(DateTimeOffset from, DateTimeOffset to, int count) => Answers.Top((await GroupsAsync("\"psPath\"", Between(from, to), count)).Select(group => group.Count));

    public async Task<string> ProgramsByUserAsync(DateTimeOffset from, DateTimeOffset to, int count) => Answers.Top((await GroupsAsync("\"psPath\" || '/' || usr", Between(from, to), count)).Select(group => group.Count));

    public Task<string> CommandsLikeAsync(string pattern) => CountAsync($"cmd ~* {Quoted(pattern)} OR \"shCmd\" ~* {Quoted(pattern)}");

    public Task<Func<CancellationToken, Task<long>>?> PrepareTrafficAsync(RowFiles rows, int rowsPerSecond) => Task.FromResult<Func<CancellationToken, Task<long>>?>(null);

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task OpenAsync()
    {
        _postmaster = await _cluster.StartAsync(CancellationToken.None);
        _data = NpgsqlDataSource.Create(_cluster.AdminConnection + ";Command Timeout=0");
    }

    private async Task CloseAsync()
    {
        if (_data is not null) await _data.DisposeAsync();
        if (_postmaster is not null) await PrivateCluster.StopAsync(_postmaster, CancellationToken.None);
        _postmaster?.Dispose();
        (_data, _postmaster) = (null, null);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _data!.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _data!.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private async Task<string> CountAsync(string condition) => Answers.Of((long)(await ScalarAsync($"SELECT count(*) FROM traces WHERE tenant = 1 AND ({condition})"))!);

    private async Task<List<(string Group, long Count)>> GroupsAsync(string by, string condition, int? limit) =>
        [.. (await RowsAsync($"SELECT {by}, count(*)::text FROM traces WHERE tenant = 1 AND {condition} GROUP BY 1 {(limit is null ? "" : $"ORDER BY count(*) DESC LIMIT {limit}")}")).Select(row => (row[0], Number(row[1])))];

    private async Task<List<string[]>> RowsAsync(string sql)
    {
        await using var command = _data!.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string[]>();
        while (await reader.ReadAsync()) rows.Add([reader.GetString(0), reader.GetString(1)]);
        return rows;
    }

    /// <summary>Upper and lower case count in the keys.</summary>
    private static string Quote(string key) => $"\"{key}\"";

    private static string TypeOf(TraceColumn column) => column.Type switch
    {
        ColumnType.Small => "smallint",
        ColumnType.Medium => "bigint", // to 4 294 967 295
        ColumnType.Large => "bigint",
        _ => "text",
    };

    private static string Between(DateTimeOffset from, DateTimeOffset to) => $"ts >= {from.ToUnixTimeSeconds()} AND ts < {to.ToUnixTimeSeconds()}";

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
