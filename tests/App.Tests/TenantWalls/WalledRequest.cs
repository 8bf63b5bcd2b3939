using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Akashi.Agent.Protocol;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.TenantWalls;

/// <summary>Asks a route with one foreign id in every place that can carry one.</summary>
internal static partial class WalledRequest
{
    /// <param name="form">Antiforgery token and its cookie, for forms.</param>
    public static HttpRequestMessage Make(WalledRoute route, string id, (string Token, string Cookie)? form, string? cookie)
    {
        var query = string.Join('&', route.Query.Select(name => $"{name}={Uri.EscapeDataString(ForQuery(name, id))}"));
        var request = new HttpRequestMessage(new HttpMethod(route.Method), new Uri(route.Fill(id) + (query.Length > 0 ? "?" + query : ""), UriKind.Relative));
        if (route.Body is { } members) request.Content = new StringContent(JsonSerializer.Serialize(members.ToDictionary(member => member, member => member == "certificateRequest" ? CertificateRequest.Value : id)), Encoding.UTF8, "application/json");
        else if (route.Form is { } fields) request.Content = new FormUrlEncodedContent([.. fields.Select(field => KeyValuePair.Create(field, id)), .. form is { } token ? [KeyValuePair.Create("__RequestVerificationToken", token.Token)] : Array.Empty<KeyValuePair<string, string>>()]);
        else if (route.Method == "PUT") request.Content = new ByteArrayContent(ZipFor(id)) { Headers = { ContentType = new MediaTypeHeaderValue("application/zip") } };
        if (cookie is not null || form is not null) request.Headers.Add("Cookie", string.Join("; ", new[] { cookie, form?.Cookie }.Where(part => part is not null)));
        return request;
    }

    /// <summary>An answer without what differs from one request to the next: the id itself or a part of it, traces, tokens, times.</summary>
    public static string Normalise(string body, string id)
    {
        foreach (var form in new[] { id, WebUtility.HtmlEncode(id), Uri.EscapeDataString(id), JsonEncodedText.Encode(id).ToString(), id.ToUpperInvariant(), id.ToLowerInvariant() })
            body = body.Replace(form, "ID", StringComparison.Ordinal);
        // Messages that quote an address end where it becomes too long, somewhere within the id.
        for (var length = id.Length - 1; length >= ShortestCut && body.Contains('…', StringComparison.Ordinal); length--) body = body.Replace(id[..length] + "…", "ID", StringComparison.OrdinalIgnoreCase);
        // Messages echo single parts of a composed id, and shorten it.
        for (var start = 0; start < id.Length; start = id.IndexOfAny(['_', '/', '.', '-'], start) is var next && next >= 0 ? next + 1 : id.Length)
        {
            foreach (var length in Shortened.Where(length => start + length <= id.Length)) body = body.Replace(id.Substring(start, length), "PART", StringComparison.OrdinalIgnoreCase);
        }
        return Changing().Replace(body, "…");
    }

    private const int ShortestCut = 8;

    private static readonly int[] Shortened = [128, 100, 64, 36, 32];

    /// <summary>Numbers and times get something that they can read, so that the text parameters are reached at all.</summary>
    private static string ForQuery(string name, string id) => name switch
    {
        "limit" or "page" or "pageSize" or "size" => "10",
        "from" => "2020-01-01T00:00:00Z",
        "to" => "2090-01-01T00:00:00Z",
        "descending" => "true",
        "sort" => "ComputerName",
        _ => id,
    };

    /// <summary>A sound batch when the id is a batch's name, so that only the tenant can be the reason of a refusal.</summary>
    private static byte[] ZipFor(string id) => BatchName.TryParse(id, out var name) ? TestBatch.Of(name, "11/21/2026 12:00:00.000 +0900 evt=ps subEvt=start\n"u8.ToArray()).Zip : [1, 2, 3];

    private static readonly Lazy<string> CertificateRequest = new(() =>
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return TestTerminal.RequestOf(key);
    });

    [GeneratedRegex("""("traceId":"[^"]*")|("elapsedMilliseconds":[\d.E+-]+)|(CfDJ8[\w-]+)|(\d+(\.\d+)? ?(ms|ミリ秒|秒))|(-----BEGIN CERTIFICATE-----[^-]+)|("expiresAt":"[^"]*")|(ak[et]_[\w-]+)|(0H[A-Z0-9]{11}:[0-9A-F]{8})|((ID|PART)[\w.-]*…)|(/[^\s"'」]*(…|\\u2026))""", RegexOptions.None, 2000)]
    private static partial Regex Changing();
}
