using System.Text.Json;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// What the supervisor sees of akashi-server, and no more: reads config.json, writes authority.pem and ready.json, answers /readyz.
// Usage as the real one: run --data DIR. A file DIR/fail makes it end with code 3 at once.
var data = args[Array.IndexOf(args, "--data") + 1];
if (File.Exists(Path.Combine(data, "fail")))
{
    await Console.Out.WriteLineAsync("The fake server fails as told.");
    return 3;
}
var config = new ConfigurationBuilder().AddJsonFile(Path.Combine(data, "config.json")).Build();
var hosts = new ServiceHosts(config["baseDomain"]!, config.GetValue<int>("port"));
var certificates = TestCertificates.Create(hosts, TimeProvider.System.GetUtcNow());

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseKestrelHttpsConfiguration();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(hosts.Port, listen => listen.UseHttps(
    (_, hello, _, _) => ValueTask.FromResult(new System.Net.Security.SslServerAuthenticationOptions
    {
        ServerCertificateContext = certificates.Contexts[hosts.Find(hello.ServerName) ?? ServiceHost.Portal],
    }),
    state: null!)));
var app = builder.Build();
app.MapGet("/readyz", () => Results.Text("ready"));
app.MapGet("/activate/fake", () => Results.Text("form"));
await app.StartAsync();
await File.WriteAllTextAsync(Path.Combine(data, "authority.pem"), certificates.Root.ExportCertificatePem());
await File.WriteAllTextAsync(Path.Combine(data, "ready.json"), JsonSerializer.Serialize(new
{
    apiToken = "akt_fake",
    administratorLink = hosts.OriginOf(ServiceHost.Portal) + "/activate/fake",
    operatorLink = hosts.OriginOf(ServiceHost.Portal) + "/activate/used",
}));
await Console.Out.WriteLineAsync("The fake server listens.");
await app.WaitForShutdownAsync();
return 0;
