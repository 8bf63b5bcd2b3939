using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Akashi.TestKit.Service;

/// <summary>One found trace.</summary>
/// <param name="Fields">The first value of each key.</param>
public sealed record ApiTrace(string Line, bool Unparsed, bool Skewed, DateTimeOffset Time, IReadOnlyDictionary<string, string> Fields);

/// <summary>What programs use, as a test calls it.</summary>
public sealed class ServiceApi(HttpClient client) : IDisposable
{
    public HttpClient Client => client;

    /// <summary>All matching traces, newest first, over as many pages as it takes.</summary>
    public async Task<IReadOnlyList<ApiTrace>> SearchAsync(string query, int pageSize = 1000)
    {
        var found = new List<ApiTrace>();
        string? after = null;
        do
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/api/v1/traces?q={Uri.EscapeDataString(query)}&limit={pageSize}{(after is null ? "" : "&after=" + Uri.EscapeDataString(after))}");
            using var answer = JsonDocument.Parse(await GetAsync(path));
            found.AddRange(answer.RootElement.GetProperty("rows").EnumerateArray().Select(Read));
            after = answer.RootElement.GetProperty("next").GetString();
        }
        while (after is not null);
        return found;
    }

    public async Task<long> CountAsync(string query)
    {
        using var answer = JsonDocument.Parse(await GetAsync("/api/v1/traces/count?q=" + Uri.EscapeDataString(query)));
        return answer.RootElement.GetProperty("count").GetInt64();
    }

    /// <summary>The original lines, terminators included.</summary>
    public Task<byte[]> ExportAsync(string query) => GetAsync("/api/v1/traces/export?q=" + Uri.EscapeDataString(query));

    public async Task<string> CreateEnrolmentTokenAsync()
    {
        using var answer = await client.PostAsync(new Uri("/api/v1/enrolment-tokens", UriKind.Relative), null);
        if (answer.StatusCode != HttpStatusCode.Created) throw new InvalidOperationException($"No enrolment token: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("token").GetString()!;
    }

    public void Dispose() => client.Dispose();

    private async Task<byte[]> GetAsync(string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}", null, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static ApiTrace Read(JsonElement row)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in row.GetProperty("fields").EnumerateArray()) fields.TryAdd(pair[0].GetString()!, pair[1].GetString()!);
        return new ApiTrace(row.GetProperty("line").GetString()!, row.GetProperty("unparsed").GetBoolean(), row.GetProperty("skewed").GetBoolean(), row.GetProperty("time").GetDateTimeOffset(), fields);
    }
}
