using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Akashi.Platform.Errors;
using Akashi.Platform.Hosting;
using Akashi.Traces.Search;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// The HTTP interface of a ClickHouse server, or of several of a cluster: the address that answered last is asked until it does not. A question goes on
/// to the next address; rows never do, because the one that broke off may have taken them.
/// </summary>
internal sealed partial class ClickHouseServer : IDisposable
{
    public const string Oldest = "18.16";

    private const int TimeoutExceeded = 159;
    private const int MemoryLimitExceeded = 241;
    private const int MaxErrorBytes = 2_000;

    /// <summary>Of a cluster that cannot work just now: no connection, no ZooKeeper, read-only replica, too many parts or questions.</summary>
    private static readonly HashSet<int> AwayCodes = [3, 202, 209, 210, 225, 242, 252, 279, 285, 286, 319, 364, 999];

    private readonly ClickHouseOptions _options;
    private readonly Uri[] _addresses;
    private readonly HttpClient _client;
    private volatile int _current;

    public ClickHouseServer(ServerOptions options)
    {
        _options = options.ClickHouse;
        _addresses = [.. _options.Urls.Select(url => new Uri(url.TrimEnd('/') + "/"))];
        _client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(5), UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.Add("X-ClickHouse-User", _options.User);
        if (_options.Password.Length > 0) _client.DefaultRequestHeaders.Add("X-ClickHouse-Key", _options.Password);
    }

    public int Addresses => _addresses.Length;

    public string Database => _options.Database;

    public string Cluster => _options.Cluster;

    /// <summary>The answer to a question, read as it comes. Dispose it.</summary>
    /// <exception cref="TraceStoreException">No address answers, or the server refuses.</exception>
    public async Task<HttpResponseMessage> AskAsync(string sql, int seconds, CancellationToken cancellation, string more = "")
    {
        var settings = string.Create(CultureInfo.InvariantCulture,
            $"?max_execution_time={seconds}&max_memory_usage=4000000000&max_bytes_before_external_sort=1000000000&max_bytes_before_external_group_by=1000000000&distributed_aggregation_memory_efficient=1&load_balancing=in_order&max_query_size=67108864&max_ast_elements=1000000&max_expanded_ast_elements=4000000&max_ast_depth=10000{more}");
        var first = _current;
        for (var attempt = 0; ; attempt++)
        {
            var number = (first + attempt) % _addresses.Length;
            try
            {
                using var content = new StringContent(sql, Encoding.UTF8);
                var answer = await SendAsync(number, settings, content, cancellation);
                _current = number;
                return answer;
            }
            catch (TraceStoreException e) when (e.Failure is TraceStoreAway && attempt + 1 < _addresses.Length)
            {
                // the next one may have what this one has not
            }
        }
    }

    /// <summary>A statement that changes something, and may be repeated.</summary>
    /// <param name="clusterSeconds">So long it is waited for the servers of the cluster, when the statement says that it is for all.</param>
    public async Task ExecuteAsync(string sql, CancellationToken cancellation, int clusterSeconds = 0)
    {
        using var answer = await AskAsync(sql, seconds: 300, cancellation, Cluster.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"&distributed_ddl_task_timeout={clusterSeconds}"));
        await answer.Content.CopyToAsync(Stream.Null, cancellation);
    }

    /// <summary>
    /// A change of rows, told to every address, because each server changes its own shard's. Not through the cluster's queue of statements: there all would
    /// wait for one that is down. Whether it is done is seen by counting.
    /// </summary>
    public async Task ChangeRowsAsync(string sql, CancellationToken cancellation)
    {
        TraceStoreException? fault = null;
        var done = 0;
        for (var number = 0; number < _addresses.Length; number++)
        {
            try
            {
                using var content = new StringContent(sql, Encoding.UTF8);
                using var answer = await SendAsync(number, "", content, cancellation);
                await answer.Content.CopyToAsync(Stream.Null, cancellation);
                done++;
            }
            catch (TraceStoreException e)
            {
                fault = e;
            }
        }
        if (done == 0 && fault is not null) throw fault;
    }

    /// <summary>The text of a short answer.</summary>
    public async Task<string> ReadAsync(string sql, CancellationToken cancellation)
    {
        using var answer = await AskAsync(sql, seconds: 30, cancellation);
        return (await answer.Content.ReadAsStringAsync(cancellation)).TrimEnd('\n');
    }

    /// <summary>Rows in RowBinary. When it fails, some of them may be there.</summary>
    public async Task InsertAsync(string sql, ReadOnlyMemory<byte> rows, string settings, CancellationToken cancellation)
    {
        await ReadAsync("SELECT 1", cancellation); // goes on to an address that answers
        using var content = new ReadOnlyMemoryContent(rows);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var number = _current;
        try
        {
            using var answer = await SendAsync(number, $"?query={Uri.EscapeDataString(sql)}{settings}", content, cancellation);
            await answer.Content.CopyToAsync(Stream.Null, cancellation);
        }
        catch (Exception e) when (e is TraceStoreException or HttpRequestException or IOException)
        {
            _current = (number + 1) % _addresses.Length;
            throw e as TraceStoreException ?? Away(number, e);
        }
    }

    /// <summary>Whether each address answers.</summary>
    public async Task<IReadOnlyList<(Uri Address, string? Version)>> VersionsAsync(CancellationToken cancellation) => await Task.WhenAll(_addresses.Select(async (address, number) =>
    {
        try
        {
            using var content = new StringContent("SELECT version()");
            using var answer = await SendAsync(number, "", content, cancellation);
            return (address, (string?)(await answer.Content.ReadAsStringAsync(cancellation)).Trim());
        }
        catch (TraceStoreException)
        {
            return (address, null);
        }
    }));

    public static TraceStoreException Fault(string details, Exception? cause = null)
    {
        var text = details.Length > MaxErrorBytes ? details[..MaxErrorBytes] : details;
        var code = CodeOf().Match(text) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        Failure failure = code switch
        {
            TimeoutExceeded => new SearchTimedOut(TraceSearch.TimeLimitSeconds),
            MemoryLimitExceeded => new SearchTooLarge(text),
            _ when AwayCodes.Contains(code) => new TraceStoreAway(text),
            _ => new TraceStoreRefused(text),
        };
        return new TraceStoreException(failure, cause);
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(int number, string parameters, HttpContent content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_addresses[number], parameters)) { Content = content };
        try
        {
            var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.StatusCode == HttpStatusCode.OK) return answer;
            using (answer)
            {
                var text = await answer.Content.ReadAsStringAsync(cancellation);
                throw text.Length == 0 ? Away(number, new HttpRequestException($"HTTP {(int)answer.StatusCode}")) : Fault(text);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException and not TraceStoreException)
        {
            throw Away(number, e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw Away(number, e); // the time to connect was up
        }
    }

    private TraceStoreException Away(int number, Exception cause) => new(new TraceStoreAway($"{_addresses[number]}: {cause.Message}"), cause);

    [GeneratedRegex(@"Code: (\d{1,6})[,.]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex CodeOf();
}
