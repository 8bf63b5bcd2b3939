using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Reflection;

namespace Akashi.TestKit.Secrets;

/// <summary>Notes the credentials and passwords that any HTTP client of this process sends and gets.</summary>
internal sealed class SecretWatch(TestOutput output) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private const int MaximumBody = 64 * 1024;

    public static void Begin(TestOutput output) => DiagnosticListener.AllListeners.Subscribe(new SecretWatch(output));

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "HttpHandlerDiagnosticListener") value.Subscribe(this);
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == "System.Net.Http.HttpRequestOut.Start") Take(Part<HttpRequestMessage>(value.Value, "Request"));
        if (value.Key == "System.Net.Http.HttpRequestOut.Stop" && Part<HttpResponseMessage?>(value.Value, "Response") is { } response) Take(response);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private void Take(HttpRequestMessage request)
    {
        Take($"{WebUtility.UrlDecode(request.RequestUri?.OriginalString)} {request.Headers}");
        if (request.Content is not (FormUrlEncodedContent or JsonContent or StringContent)) return;
        using var reader = new StreamReader(request.Content.ReadAsStream(), leaveOpen: true);
        var body = reader.ReadToEnd();
        reader.BaseStream.Position = 0;
        Take(WebUtility.UrlDecode(body));
        if (request.Content is not FormUrlEncodedContent) return;
        foreach (var field in body.Split('&').Select(field => field.Split('=')))
            if (field[0].Contains("assword", StringComparison.Ordinal) && field.Length == 2) output.Note(WebUtility.UrlDecode(field[1]));
    }

    private void Take(HttpResponseMessage response)
    {
        Take(WebUtility.UrlDecode(response.Headers.ToString()));
        if (response.Content.Headers is not { ContentLength: > 0 and <= MaximumBody, ContentType.MediaType: "application/json" }) return;
        response.Content.LoadIntoBufferAsync().GetAwaiter().GetResult();
        using var reader = new StreamReader(response.Content.ReadAsStream(), leaveOpen: true);
        Take(reader.ReadToEnd());
        reader.BaseStream.Position = 0;
    }

    private void Take(string text)
    {
        foreach (var secret in SecretText.Credentials(text)) output.Note(secret);
    }

    private static T Part<T>(object? payload, string name) => (T)payload!.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)!.GetValue(payload)!;
}
