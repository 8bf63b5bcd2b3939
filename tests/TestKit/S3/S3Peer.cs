using System.Diagnostics;
using System.Globalization;
using Akashi.Platform.Objects;
using Akashi.TestKit.Service;

namespace Akashi.TestKit.S3;

/// <summary>A real S3 server (npm's s3rver) on loopback, installed at first use from its lock file. Ends with the test process.</summary>
public sealed class S3Peer : IAsyncDisposable
{
    public const string Bucket = "akashi-test";

    /// <summary>What the peer takes as credentials; known to everybody.</summary>
    public const string Credential = "S3RVER";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly TestFolder _folder;

    private S3Peer(Process process, TestFolder folder, int port) => (_process, _folder, Port) = (process, folder, port);

    public int Port { get; }

    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>Credentials in a file of the peer's folder, 0600.</summary>
    public ObjectStoreOptions Options => new() { Kind = ObjectStoreOptions.S3Kind, Endpoint = Endpoint, Bucket = Bucket, CredentialsFile = _folder.File("credentials.json"), PartBytes = 5 << 20 };

    /// <summary>Null when the peer can run here; else the reason for skipping.</summary>
    public static string? WhySkipped => OnPath("node") && OnPath("npm") ? null : "node and npm are missing: no S3 server to test against (apt-get install -y nodejs npm).";

    /// <param name="writeDelay">By how much each write takes longer than on loopback.</param>
    public static async Task<S3Peer> StartAsync(TimeSpan writeDelay = default)
    {
        var installed = await InstallAsync();
        var folder = new TestFolder();
        var credentials = folder.File("credentials.json");
        await File.WriteAllTextAsync(credentials, $$"""{ "accessKey": "{{Credential}}", "secretKey": "{{Credential}}" }""");
        File.SetUnixFileMode(credentials, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        // It makes continuation tokens with a cipher of old.
        var process = Process.Start(new ProcessStartInfo("node", ["--openssl-legacy-provider", Path.Combine(installed, "server.mjs"), folder.File("s3"), Bucket, writeDelay.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var port = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return new S3Peer(process, folder, int.Parse(port ?? throw new InvalidOperationException("The S3 peer ended at once."), CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    /// <summary>One installation a build output; test processes that run side by side wait for each other.</summary>
    private static async Task<string> InstallAsync()
    {
        var source = Path.Combine(BuiltPrograms.Repository, "tests", "TestKit", "S3", "peer");
        var target = Path.Combine(AppContext.BaseDirectory, "s3-peer");
        Directory.CreateDirectory(target);
        await using var held = await LockAsync(Path.Combine(target, ".lock"));
        var changed = false;
        foreach (var name in new[] { ".npmrc", "package.json", "package-lock.json", "server.mjs" })
        {
            var copy = Path.Combine(target, name);
            if (File.Exists(copy) && (await File.ReadAllTextAsync(copy)) == await File.ReadAllTextAsync(Path.Combine(source, name))) continue;
            File.Copy(Path.Combine(source, name), copy, overwrite: true);
            changed = true;
        }
        if (changed || !Directory.Exists(Path.Combine(target, "node_modules", "s3rver"))) await ProgramRun.OutputOfAsync("npm", "ci", "--prefix", target);
        return target;
    }

    private static async Task<FileStream> LockAsync(string path)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(100);
            }
        }
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}
