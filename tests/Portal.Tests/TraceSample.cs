using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Akashi.Platform.Calendar;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Portal.Tests;

/// <summary>A small batch of traces, imported as an administrator would.</summary>
internal static class TraceSample
{
    public const int Lines = 250;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task ImportAsync(TestServer server, TestTenant tenant)
    {
        await SendAsync(server, tenant, Text(server.Clock.GetUtcNow().ToOffset(JstDay.Offset)));
        using var client = new HttpClient(server.CreateHandler()) { BaseAddress = server.Address(ServiceHost.Api, "/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", tenant.Token);
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        while (await CountAsync(client) < Lines)
        {
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < Patience, "the traces did not become searchable");
            await Task.Delay(50);
        }
    }

    /// <summary>One batch of lines; received, when it returns, and searchable soon after.</summary>
    public static async Task SendAsync(TestServer server, TestTenant tenant, string text)
    {
        var stamp = server.Clock.GetUtcNow().ToOffset(JstDay.Offset).ToString("yyyyMMddHHmmssf", CultureInfo.InvariantCulture);
        var name = $"{PortalServer.Terminal}_{stamp}-{RandomNumberGenerator.GetHexString(32, lowercase: true)}.zip";
        using var client = new HttpClient(server.CreateHandler()) { BaseAddress = server.Address(ServiceHost.Api, "/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", tenant.Token);
        using var content = new ByteArrayContent(Zip(stamp + ".log", text));
        using var stored = await client.PutAsync("/api/v1/traces/import/" + name, content);
        Assert.True(stored.IsSuccessStatusCode, await stored.Content.ReadAsStringAsync());
    }

    private static async Task<long> CountAsync(HttpClient client)
    {
        using var json = JsonDocument.Parse(await client.GetStringAsync("/api/v1/traces/count?q=*"));
        return json.RootElement.GetProperty("count").GetInt64();
    }

    private static string Text(DateTimeOffset now)
    {
        var text = new StringBuilder();
        for (var i = 0; i < Lines; i++)
        {
            var time = now.AddSeconds(-Lines + i).ToString("MM/dd/yyyy HH:mm:ss.fff zzz", CultureInfo.InvariantCulture).Replace("+09:00", "+0900", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"{time} loc=ja-JP type=ITM2 sn={i} lv=5 evt={(i % 2 == 0 ? "ps subEvt=start" : "file subEvt=close path=\"C:\\業務\\報告-" + i + ".docx\"")} os=Win com=\"HOST01\" tmid={PortalServer.Terminal} psGUID={{g-{i}}} psPath=\"C:\\Windows\\notepad.exe\" psUser=\"hanako\" cmd=\"notepad.exe <script>alert({i})</script>\"\r\n");
        }
        return text.ToString();
    }

    private static byte[] Zip(string entry, string text)
    {
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var stream = zip.CreateEntry(entry).Open();
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        return buffer.ToArray();
    }
}
