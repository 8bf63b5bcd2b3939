using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Akashi.Agent.Protocol;
using Akashi.Platform.Crypto;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.TestKit.PowerCut;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.Durability;

/// <summary>A batch that was acknowledged over a known connection.</summary>
/// <param name="ClientPort">Of the terminal's only connection.</param>
/// <param name="Order">Which request on that connection it was, from 0.</param>
internal sealed record TracedBatch(TestBatch Batch, int ClientPort, int Order, string ObjectPath)
{
    public Sha256 Digest => Sha256.Of(Batch.Zip);
}

/// <summary>A service whose server runs under strace from its first breath, with PostgreSQL's disk flushes traced beside it; batches were sent to it.</summary>
public sealed class TracedService : IAsyncLifetime
{
    private const string Calls = "openat,open,creat,write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,unlink,unlinkat,ftruncate,sendmsg,sendto,recvmsg,recvfrom";
    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly List<TracedBatch> _batches = [];
    private RunningService? _service;

    public string? WhySkipped { get; private set; }

    internal RunningService Service => _service!;

    internal IReadOnlyList<TracedBatch> Batches => _batches;

    /// <summary>A folder that a predecessor is said to have made just before it died, without an fsync of its parent.</summary>
    internal string UnsyncedFolder { get; private set; } = "";

    internal IReadOnlyList<SystemCall> Trace { get; private set; } = [];

    internal IReadOnlyList<SystemCall> DatabaseTrace { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists("/usr/bin/strace")) WhySkipped = "Skipped: the program 'strace' is missing.";
        else if (!Environment.IsPrivilegedProcess) WhySkipped = "Skipped: tracing PostgreSQL needs root.";
        if (WhySkipped is not null) return;
        // -D: the server stays the supervisor's child. Prepared statements would hide the SQL text that tells a publication.
        _service = await RunningService.StartAsync(new ServiceSettings(ServerScript: service => $"""
            AKASHI__applicationConnection=$(sed -n 's/.*"applicationConnection": "\(.*\)".*/\1/p' "$3/config.json")";Max Auto Prepare=0"
            export AKASHI__applicationConnection
            exec strace -D -f -yy -ttt -s 160 -o '{service.Scratch("trace")}' -e trace={Calls} '{BuiltPrograms.Server}' "$@"

            """));
        using var flushes = TraceDatabase();
        await SendAsync();
        await Eventually.HoldsAsync(async () => await Service.Database.SingleAsync<long>("SELECT count(*) FROM traces.pending_batch") == 0, "nothing is pending");
        await Task.Delay(500);
        ServicePrograms.Signal("INT", flushes.Id);
        await flushes.WaitForExitAsync();
        Trace = SystemCall.Read(await File.ReadAllLinesAsync(Service.Scratch("trace")));
        DatabaseTrace = SystemCall.Read(await File.ReadAllLinesAsync(Service.Scratch("database-trace")));
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
    }

    private async Task SendAsync()
    {
        using var api = Service.CreateApi();
        var first = await PortTerminal.EnrolAsync(Service, await api.CreateEnrolmentTokenAsync());
        // One at a time: here the order on the connection is beyond doubt.
        for (var i = 0; i < 4; i++) await first.SendAsync(this, i);
        // Then several at once into folders that are all new.
        var others = new List<PortTerminal>();
        for (var i = 0; i < 4; i++) others.Add(await PortTerminal.EnrolAsync(Service, await api.CreateEnrolmentTokenAsync()));
        await Task.WhenAll(others.Skip(1).Select(async terminal =>
        {
            for (var i = 0; i < 3; i++) await terminal.SendAsync(this, i);
        }));
        // Last, alone, into a folder that is there but that nobody made durable.
        var day = Path.GetDirectoryName(Path.GetDirectoryName(_batches[^1].ObjectPath)!)!;
        UnsyncedFolder = Path.Combine(day, others[0].Terminal.Tmid.ToString());
        Directory.CreateDirectory(UnsyncedFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        for (var i = 0; i < 2; i++) await others[0].SendAsync(this, i);
    }

    private Process TraceDatabase()
    {
        var ids = ServicePrograms.WithChildren(Service.Programs.Pid(ServicePrograms.PostgreSql)).SelectMany(pid => (string[])["-p", pid.ToString(CultureInfo.InvariantCulture)]);
        var process = Process.Start(new ProcessStartInfo("strace", ["-f", "-yy", "-ttt", "-o", Service.Scratch("database-trace"), "-e", "trace=fsync,fdatasync", .. ids]) { RedirectStandardError = true, UseShellExecute = false })!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>A terminal whose single connection is known by its port.</summary>
    private sealed class PortTerminal
    {
        private int _port;

        public TestTerminal Terminal { get; private set; } = null!;

        public static async Task<PortTerminal> EnrolAsync(RunningService service, string token)
        {
            var self = new PortTerminal();
            self.Terminal = await TestTerminal.EnrolAsync((host, certificate) =>
            {
                if (host != ServiceHost.Agent) return service.CreateClient(host, certificate);
                var handler = ServiceClient.CreateHandler(service.AuthorityPem, IPAddress.Loopback);
                handler.SslOptions.ClientCertificateContext = System.Net.Security.SslStreamCertificateContext.Create(certificate!, null, offline: true);
                handler.MaxConnectionsPerServer = 1;
                handler.ConnectCallback = self.ConnectAsync;
                return new HttpClient(handler) { BaseAddress = service.Address(host), Timeout = TimeSpan.FromMinutes(2) };
            }, token);
            // The handshake's last messages go out beside the first request; they must not be taken for a batch's answer.
            await self.Terminal.Client.GetStringAsync(new Uri(AgentRoutes.Policy, UriKind.Relative));
            return self;
        }

        public async Task SendAsync(TracedService traced, int order)
        {
            var batch = TestBatch.Of(Terminal.Tmid, Clock.GetUtcNow(), Enumerable.Range(0, 20).Select(i => $"11/21/2026 12:00:00.000 +0900 evt=ps subEvt=start sn={i} cmd=\"x\""));
            var answer = await Terminal.PutAsync(batch);
            Assert.True(answer.Stored, answer.ToString());
            var key = await traced.Service.Database.SingleAsync<string>("SELECT object_key FROM traces.batch WHERE batch_id = @id", new { id = batch.Name.Id.ToString() });
            lock (traced._batches) traced._batches.Add(new TracedBatch(batch, _port, order, Path.Combine(traced.Service.ObjectsFolder, key)));
        }

        private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
        {
            Assert.Equal(0, _port); // a second connection would make the order unknown
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
            _port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            return new NetworkStream(socket, ownsSocket: true);
        }
    }
}
