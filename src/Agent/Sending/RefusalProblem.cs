using System.Net;
using System.Text.Json;

namespace Akashi.Agent.Sending;

/// <summary>The part of application/problem+json (RFC 9457) the agent reads.</summary>
internal sealed record RefusalProblem(string? Code, string? Title, string? Detail)
{
    private const int Longest = 300;

    public static RefusalProblem None { get; } = new(null, null, null);

    /// <summary>What a person can act on, bounded.</summary>
    public string Text => Cut(Detail ?? Title ?? "no reason was given");

    public string SafeCode => Cut(Code ?? "");

    public static async Task<RefusalProblem> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            if (response.Content.Headers.ContentType?.MediaType is not ("application/problem+json" or "application/json")) return None;
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellation), AgentJson.Default.RefusalProblem) ?? None;
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return None;
        }
    }

    /// <summary>400, 409, 413, 415 and 422 are about the batch itself and will not change by waiting.</summary>
    public static bool IsPermanent(HttpStatusCode status) => (int)status is 400 or 409 or 413 or 415 or 422;

    private static string Cut(string text) => text.Length <= Longest ? text : text[..Longest];
}
