using System.Net;
using System.Text.RegularExpressions;
using Akashi.Platform.Web;

namespace Akashi.TestKit;

/// <summary>What one answer looked like.</summary>
public sealed record TestAnswer(HttpStatusCode Status, string Body, Uri? Location, HttpResponseMessage Message);

/// <summary>A browser without a screen: one cookie jar over all hosts, forms sent with the token of the page that shows them.</summary>
public sealed partial class TestBrowser : IDisposable
{
    private const int MaximumRedirects = 10;

    private readonly ServiceHosts _hosts;
    private readonly HttpClient _client;

    /// <param name="handler">Becomes the browser's; its cookies too.</param>
    public TestBrowser(ServiceHosts hosts, SocketsHttpHandler handler)
    {
        handler.UseCookies = true;
        handler.CookieContainer = Cookies;
        _hosts = hosts;
        _client = new HttpClient(handler, disposeHandler: true);
        _client.DefaultRequestHeaders.Add("Accept", "text/html");
        _client.DefaultRequestHeaders.Add("Accept-Language", "ja");
    }

    public CookieContainer Cookies { get; } = new();

    public string? Cookie(ServiceHost host, string name) => Cookies.GetCookies(AddressOf(host, "/"))[name]?.Value;

    public void SetCookie(ServiceHost host, string name, string value) =>
        Cookies.Add(new Cookie(name, value, "/", _hosts.NameOf(host)) { Secure = true });

    public Task<TestAnswer> GetAsync(ServiceHost host, string path) => GetAsync(AddressOf(host, path));

    public async Task<TestAnswer> GetAsync(Uri address) => await ReadAsync(await _client.GetAsync(address));

    /// <summary>An answer whose body comes bit by bit.</summary>
    public Task<HttpResponseMessage> OpenAsync(ServiceHost host, string path) => _client.GetAsync(AddressOf(host, path), HttpCompletionOption.ResponseHeadersRead);

    /// <summary>Follows redirects as a browser would, over hosts.</summary>
    public async Task<TestAnswer> FollowAsync(TestAnswer answer)
    {
        for (var hop = 0; answer.Location is { } location; hop++)
        {
            if (hop == MaximumRedirects) throw new InvalidOperationException($"More than {MaximumRedirects} redirects, the last to {location}.");
            answer = await GetAsync(location);
        }
        return answer;
    }

    /// <summary>Opens the page that holds the form, then sends the form with the page's token.</summary>
    /// <param name="action">Where the form goes; the page itself when null.</param>
    public async Task<TestAnswer> SubmitAsync(ServiceHost host, string page, IEnumerable<KeyValuePair<string, string>> fields, string? action = null)
    {
        var form = await FollowAsync(await GetAsync(host, page));
        var token = FormToken().Match(form.Body);
        if (!token.Success) throw new InvalidOperationException($"The page {page} ({(int)form.Status}) shows no form with a token: {form.Body[..Math.Min(form.Body.Length, 500)]}");
        return await PostAsync(host, action ?? page, [.. fields, KeyValuePair.Create("__RequestVerificationToken", WebUtility.HtmlDecode(token.Groups[1].Value))]);
    }

    /// <summary>Sends fields as they are, without a form's token.</summary>
    public async Task<TestAnswer> PostAsync(ServiceHost host, string path, IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var content = new FormUrlEncodedContent(fields);
        return await ReadAsync(await _client.PostAsync(AddressOf(host, path), content));
    }

    public void Dispose() => _client.Dispose();

    private Uri AddressOf(ServiceHost host, string path) => new(_hosts.OriginOf(host) + path);

    private static async Task<TestAnswer> ReadAsync(HttpResponseMessage message)
    {
        var body = await message.Content.ReadAsStringAsync();
        var location = message.Headers.Location is { } header ? new Uri(message.RequestMessage!.RequestUri!, header) : null;
        return new TestAnswer(message.StatusCode, body, location, message);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex FormToken();
}
