using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Akashi.Platform.Web;
using Akashi.Supervisor;

namespace Akashi.Cli.Connection;

/// <summary>
/// The REST API of one service: address and token from <c>DATA/ready.json</c>, or from AKASHI_URL and AKASHI_TOKEN;
/// trust in <c>DATA/authority.pem</c> alone, or in the system's authorities for a service elsewhere.
/// </summary>
internal sealed class ApiConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10); // a large import or export; connecting has its own limit

    private ApiConnection(HttpClient client) => Client = client;

    public HttpClient Client { get; }

    /// <param name="asOperator">With the operator's token of <c>ready.json</c> instead of the first customer's; AKASHI_TOKEN is used as it is.</param>
    public static ApiConnection Open(DataFolder data, bool asOperator = false)
    {
        var (address, token) = FromEnvironment() ?? FromReadyFile(data, asOperator ? "operatorApiToken" : "apiToken");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
            throw new CommandFailure(ExitCodes.BadUsage, Words.Say($"'{address}' is no https address. Set AKASHI_URL to for example https://api.akashi.localhost:8443", $"'{address}' は https のアドレスではありません。AKASHI_URL を https://api.akashi.localhost:8443 のように設定してください。"));
        var authorities = File.Exists(data.AuthorityFile) ? File.ReadAllText(data.AuthorityFile) : null;
        var client = new HttpClient(ServiceClient.CreateHandler(authorities)) { BaseAddress = uri, Timeout = Patience };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(Words.Japanese ? "ja" : "en");
        return new ApiConnection(client);
    }

    public async Task<JsonDocument> GetJsonAsync(string path, CancellationToken cancellation) =>
        await CallAsync(HttpMethod.Get, path, body: null, cancellation) ?? throw Unreadable("");

    /// <returns>The answer, or null when it is empty.</returns>
    public async Task<JsonDocument?> CallAsync(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType()) };
        using var answer = await SendAsync(request, cancellation);
        try
        {
            var content = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return content.Length == 0 ? null : JsonDocument.Parse(content);
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or HttpIOException)
        {
            throw Unreadable(e.Message);
        }
    }

    /// <summary>Writes an export as the service sends it.</summary>
    public async Task<int> CopyAsync(string path, Stream output, CancellationToken cancellation)
    {
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);
        try
        {
            await answer.Content.CopyToAsync(output, cancellation);
            await output.FlushAsync(cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw new CommandFailure(ExitCodes.Failure, Words.Say($"The export ended early, so what was written is not complete: {e.Message}", $"出力が途中で終わりました。書き出した内容は不完全です: {e.Message}"));
        }
        return ExitCodes.Success;
    }

    /// <summary>Sends; anything but success becomes a <see cref="CommandFailure"/> with the service's own explanation.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        if (answer.IsSuccessStatusCode) return answer;
        using (answer)
        {
            var problem = await Problem.ReadAsync(answer, cancellation);
            throw new CommandFailure(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? ExitCodes.NotAllowed : ExitCodes.Failure, problem.ToString());
        }
    }

    public CommandFailure Unreachable(HttpRequestException reason)
    {
        var why = reason.InnerException?.Message ?? reason.Message;
        return new CommandFailure(ExitCodes.Unreachable, Words.Say(
            $"{Client.BaseAddress} cannot be reached: {why} Is the service running? Start it with ./akashi up, or see ./akashi doctor.",
            $"{Client.BaseAddress} に接続できません: {why} サービスは動いていますか。./akashi up で起動するか、./akashi doctor で確認してください。"));
    }

    private static CommandFailure Unreadable(string why) =>
        new(ExitCodes.Failure, Words.Say($"The service's answer cannot be read: {why}", $"サービスの応答を読み取れません: {why}"));

    public void Dispose() => Client.Dispose();

    private static (string Address, string Token)? FromEnvironment()
    {
        var address = Environment.GetEnvironmentVariable("AKASHI_URL");
        if (string.IsNullOrEmpty(address)) return null;
        var token = Environment.GetEnvironmentVariable("AKASHI_TOKEN");
        return string.IsNullOrEmpty(token)
            ? throw new CommandFailure(ExitCodes.NotAllowed, Words.Say("AKASHI_URL is set, but AKASHI_TOKEN is not. Set both.", "AKASHI_URL はありますが AKASHI_TOKEN がありません。両方を設定してください。"))
            : (address, token);
    }

    private static (string Address, string Token) FromReadyFile(DataFolder data, string tokenName)
    {
        try
        {
            var ready = JsonNode.Parse(File.ReadAllText(data.ReadyFile));
            if (ready?["addresses"]?["api"]?.GetValue<string>() is { } address && ready[tokenName]?.GetValue<string>() is { } token) return (address, token);
            throw new JsonException($"addresses.api or {tokenName} is missing.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandFailure(ExitCodes.Unreachable, Words.Say($"'{data.ReadyFile}' does not exist. Start the service with ./akashi up, or set AKASHI_URL and AKASHI_TOKEN.", $"'{data.ReadyFile}' がありません。./akashi up でサービスを起動するか、AKASHI_URL と AKASHI_TOKEN を設定してください。"));
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.NotAllowed, Words.Say($"'{data.ReadyFile}' may be read by its owner alone. Run as the user who started the service, or set AKASHI_URL and AKASHI_TOKEN.", $"'{data.ReadyFile}' は所有者だけが読めます。サービスを起動したユーザーで実行するか、AKASHI_URL と AKASHI_TOKEN を設定してください。"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CommandFailure(ExitCodes.Failure, Words.Say($"'{data.ReadyFile}' cannot be read: {e.Message} Remove it and restart the service; it writes a new one.", $"'{data.ReadyFile}' を読み取れません: {e.Message} 削除してサービスを再起動すると作り直されます。"));
        }
    }
}
