using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;

namespace Akashi.TestKit;

/// <summary>
/// Debian's Chromium without a screen, driven over its DevTools protocol. One page; every error that the page logs is collected,
/// among them each breach of the content policy.
/// </summary>
public sealed class TestChromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[] Options =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0", "--hide-scrollbars",
    ];

    private readonly TestFolder _folder;
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _waiting = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private string _session = "";
    private Task _reading = Task.CompletedTask;
    private int _count;

    private TestChromium(TestFolder folder, Process process) => (_folder, _process) = (folder, process);

    /// <summary>What pages reported so far: script errors, failed loads, breaches of the content policy.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    public static bool IsInstalled => File.Exists(Program);

    /// <param name="language">For example <c>ja</c>.</param>
    public static async Task<TestChromium> StartAsync(string language = "ja", int width = 1440, int height = 900, bool dark = false)
    {
        var folder = new TestFolder();
        var start = new ProcessStartInfo(Program, [.. Options, $"--user-data-dir={folder.Path}", $"--accept-lang={language}", string.Create(CultureInfo.InvariantCulture, $"--window-size={width},{height}"), "about:blank"])
        {
            UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        process.BeginOutputReadLine(); // what it says is of no interest, but a full pipe would stop it
        process.BeginErrorReadLine();
        var browser = new TestChromium(folder, process);
        try
        {
            await browser.ConnectAsync(await browser.ReadAddressAsync());
            await browser.OpenPageAsync(width, height, dark);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens an address and waits until it has loaded.</summary>
    public async Task GoAsync(Uri address)
    {
        var answer = await SendAsync("Page.navigate", new { url = address.AbsoluteUri });
        if (answer.TryGetProperty("errorText", out var error) && error.GetString() is { Length: > 0 } text && text != "net::ERR_ABORTED") throw new InvalidOperationException($"{address}: {text}");
        await WaitAsync("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// <summary>Runs a script in the page, awaits its promise, and gives its value.</summary>
    public async Task<T?> RunAsync<T>(string script)
    {
        var answer = await SendAsync("Runtime.evaluate", new { expression = script, awaitPromise = true, returnByValue = true, userGesture = true });
        if (answer.TryGetProperty("exceptionDetails", out var details)) throw new InvalidOperationException($"'{script[..Math.Min(script.Length, 200)]}': {details}");
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value.Deserialize<T>() : default;
    }

    /// <summary>Waits until an expression becomes true; pages may change meanwhile.</summary>
    public async Task WaitAsync(string condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await RunAsync<bool>($"Boolean({condition})")) return;
            }
            catch (InvalidOperationException) when (Stopwatch.GetElapsedTime(started) < Patience)
            {
                // The page was just being replaced.
            }
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"'{condition}' did not become true at {await RunAsync<string>("location.href")}: {await RunAsync<string>("document.body.innerText.slice(0, 600)")}");
            await Task.Delay(20);
        }
    }

    public Task TypeAsync(string selector, string text) =>
        RunAsync<bool>($"(() => {{ const e = document.querySelector({JsonSerializer.Serialize(selector)}); e.focus(); e.value = {JsonSerializer.Serialize(text)}; e.dispatchEvent(new Event('input', {{ bubbles: true }})); return true; }})()");

    public Task ClickAsync(string selector) => RunAsync<bool>($"(document.querySelector({JsonSerializer.Serialize(selector)}).click(), true)");

    public async Task SaveScreenshotAsync(string path)
    {
        var answer = await SendAsync("Page.captureScreenshot", new { format = "png" });
        await File.WriteAllBytesAsync(path, answer.GetProperty("data").GetBytesFromBase64());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _socket.Dispose();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
        _folder.Dispose();
    }

    /// <summary>Chromium writes its port and path into its data folder once it listens.</summary>
    private async Task<Uri> ReadAddressAsync()
    {
        var file = _folder.File("DevToolsActivePort");
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < Patience; await Task.Delay(20))
        {
            if (_process.HasExited) throw new InvalidOperationException($"Chromium ended with code {_process.ExitCode} before it listened.");
            if (File.Exists(file) && await File.ReadAllLinesAsync(file) is [var port, var path, ..]) return new Uri($"ws://127.0.0.1:{port}{path}");
        }
        throw new TimeoutException("Chromium did not listen.");
    }

    private async Task ConnectAsync(Uri address)
    {
        await _socket.ConnectAsync(address, CancellationToken.None);
        _reading = Task.Run(ReadAsync);
    }

    private async Task OpenPageAsync(int width, int height, bool dark)
    {
        var target = await SendAsync("Target.createTarget", new { url = "about:blank" });
        var attached = await SendAsync("Target.attachToTarget", new { targetId = target.GetProperty("targetId").GetString(), flatten = true });
        _session = attached.GetProperty("sessionId").GetString()!;
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Security" }) await SendAsync(domain + ".enable", new { });
        // The authority of a test server is known to nobody; that its names match is tested by other clients.
        await SendAsync("Security.setIgnoreCertificateErrors", new { ignore = true });
        await SendAsync("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = false });
        await SendAsync("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = dark ? "dark" : "light" } } });
    }

    private async Task<JsonElement> SendAsync(string method, object parameters)
    {
        var id = Interlocked.Increment(ref _count);
        var waiter = _waiting[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = _session.Length == 0 ? JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters }) : JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters, sessionId = _session });
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        return await waiter.Task.WaitAsync(Patience);
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close) return;
            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            using var json = JsonDocument.Parse(message.GetBuffer().AsMemory(0, (int)message.Length));
            Take(json.RootElement.Clone());
            message.SetLength(0);
        }
    }

    private void Take(JsonElement message)
    {
        if (message.TryGetProperty("id", out var id))
        {
            if (!_waiting.TryRemove(id.GetInt32(), out var waiter)) return;
            if (message.TryGetProperty("error", out var error)) waiter.SetException(new InvalidOperationException(error.ToString()));
            else waiter.SetResult(message.GetProperty("result"));
            return;
        }
        var method = message.GetProperty("method").GetString();
        if (method == "Runtime.exceptionThrown") _errors.Enqueue(message.GetProperty("params").GetProperty("exceptionDetails").ToString());
        if (method == "Log.entryAdded" && message.GetProperty("params").GetProperty("entry") is var entry && entry.GetProperty("level").GetString() == "error")
            _errors.Enqueue($"{entry.GetProperty("text").GetString()} {(entry.TryGetProperty("url", out var url) ? url.GetString() : "")}");
    }
}
