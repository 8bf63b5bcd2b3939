using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Threading.Channels;
using Akashi.Platform.Mail.Smtp;
using Akashi.TestKit;
using Xunit;

namespace Akashi.Platform.Tests.Mail.SmtpPeer;

/// <summary>What the mail server took.</summary>
internal sealed record ReceivedMail(string From, string To, bool Secure, byte[] Message);

/// <summary>The npm package smtp-server in a process of its own on loopback.</summary>
internal sealed class SmtpPeerServer : IAsyncDisposable
{
    public const string User = "akashi@example.jp";
    public const string Password = "smtp-Kennwort-密-7";

    private static readonly Lazy<Task<string?>> Installed = new(InstallAsync);

    private readonly TestFolder _folder;
    private readonly Process _process;
    private readonly Channel<JsonElement> _said = Channel.CreateUnbounded<JsonElement>();

    private SmtpPeerServer(TestFolder folder, Process process) => (_folder, _process) = (folder, process);

    public int Port { get; private set; }

    public string CertificateFile => _folder.File("cert.pem");

    public ConcurrentQueue<ReceivedMail> Received { get; } = [];

    public ConcurrentQueue<string> SignIns { get; } = [];

    /// <param name="mode">starttls, tls or none.</param>
    /// <param name="auth">PLAIN or LOGIN; null = nobody signs in.</param>
    public static async Task<SmtpPeerServer> StartAsync(string mode, string? auth = null, string certificateName = "localhost")
    {
        var script = await Installed.Value;
        Assert.SkipWhen(script is null, "npm is not installed or its registry cannot be reached: the tests against the mail server smtp-server are skipped.");
        var folder = new TestFolder();
        WriteCertificate(folder, certificateName);
        var settings = JsonSerializer.Serialize(new { mode, key = folder.File("key.pem"), cert = folder.File("cert.pem"), auth, user = User, password = Password });
        var process = Process.Start(new ProcessStartInfo("node", [script!, settings]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var server = new SmtpPeerServer(folder, process);
        _ = Task.Run(server.ListenAsync);
        server.Port = (await server._said.Reader.ReadAsync()).GetProperty("port").GetInt32();
        return server;
    }

    public SmtpOptions OptionsFor(SmtpSecurity security, bool signIn = false) => new()
    {
        Host = "localhost", Port = Port, Security = security, From = "no-reply@akashi.example", FromName = "証サービス",
        UserName = signIn ? User : "", Password = signIn ? Password : "", Authorities = CertificateFile,
    };

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close(); // its sign to end
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task ListenAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var said = json.RootElement.Clone();
            if (said.TryGetProperty("message", out var message)) Received.Enqueue(new ReceivedMail(said.GetProperty("from").GetString()!, said.GetProperty("to").GetString()!, said.GetProperty("secure").GetBoolean(), message.GetBytesFromBase64()));
            else if (said.TryGetProperty("auth", out var method)) SignIns.Enqueue($"{method.GetString()} {(said.GetProperty("secure").GetBoolean() ? "secure" : "clear")}");
            else _said.Writer.TryWrite(said);
        }
    }

    private static void WriteCertificate(TestFolder folder, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(folder.File("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(folder.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    /// <returns>The script to run; null when npm is absent or its registry out of reach.</returns>
    private static async Task<string?> InstallAsync()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Mail", "SmtpPeer", "peer");
        var script = Path.Combine(folder, "server.mjs");
        if (Directory.Exists(Path.Combine(folder, "node_modules", "smtp-server"))) return script;
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(), npm.StandardError.ReadToEndAsync(), npm.WaitForExitAsync());
            return npm.ExitCode == 0 ? script : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
