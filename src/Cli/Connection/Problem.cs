using System.Globalization;
using System.Text.Json;

namespace Akashi.Cli.Connection;

/// <summary>A refusal as the service explains it (RFC 9457), or what can be said when it does not.</summary>
/// <param name="Code">Stable id, for example <c>batch-truncated</c>; the HTTP status when the answer has none.</param>
internal sealed record Problem(int Status, string Code, string Detail)
{
    private const int LongestBody = 64 * 1024;

    public static async Task<Problem> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var status = (int)answer.StatusCode;
        var unnamed = new Problem(status, "http-" + status.ToString(CultureInfo.InvariantCulture), answer.ReasonPhrase ?? "");
        try
        {
            await answer.Content.LoadIntoBufferAsync(LongestBody, cancellation);
            using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
            return new Problem(status, Text(body, "code") ?? unnamed.Code, Text(body, "detail") ?? unnamed.Detail);
        }
        catch (Exception e) when (e is JsonException or HttpRequestException)
        {
            return unnamed;
        }
    }

    public override string ToString() => Printable.Line($"{Code}: {Detail}");

    private static string? Text(JsonDocument body, string name) =>
        body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
