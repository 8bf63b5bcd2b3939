using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Akashi.Agent.Enrolment;
using Akashi.Agent.Protocol;
using Akashi.Agent.Sending;
using Akashi.Agent.Spooling;
using Akashi.Agent.Tests.Peers;
using Microsoft.AspNetCore.Http;

namespace Akashi.Agent.Tests.Sending;

public sealed class BatchSenderTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<RejectedBatchReport> _refused = new();
    private readonly ConcurrentQueue<string> _vanished = new();
    private readonly StringWriter _log = new();
    private ServicePeer _peer = null!;
    private Spool _spool = null!;
    private ServiceConnection _connection = null!;
    private BatchSender _sender = null!;
    private Task _running = Task.CompletedTask;

    private string Rejected => Path.Combine(_folder.Path, "rejected");

    public async ValueTask InitializeAsync()
    {
        _peer = await ServicePeer.StartAsync();
        var authority = Path.Combine(_folder.Path, "authority.pem");
        await File.WriteAllTextAsync(authority, _peer.Authority.Pem);
        var token = Path.Combine(_folder.Path, "token");
        await File.WriteAllTextAsync(token, ServicePeer.Token);
        var log = new Log(TimeProvider.System, TextWriter.Synchronized(_log));
        var options = new AgentOptions(_folder.Path, _peer.Address, token, authority, 2L << 30);
        var identity = new TerminalIdentity(new AgentFiles(_folder.Path));
        await new TerminalEnrolment(options, identity, TimeProvider.System, log).EnsureAsync(CancellationToken.None);
        Assert.False(File.Exists(token));
        _spool = Spool.Open(Path.Combine(_folder.Path, "spool"), identity.Tmid(), new SpoolLimits(), TimeProvider.System);
        _connection = new ServiceConnection(options, identity, TimeProvider.System, log);
        _sender = new BatchSender(_spool.Outbox, Rejected, () => _connection.Client, _refused.Enqueue, _vanished.Enqueue, TimeProvider.System, log);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        _connection.Dispose();
        _spool.Dispose();
        await _peer.DisposeAsync();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_Accepted_DeletedAndOldestFirst()
    {
        var names = Enumerable.Range(0, 10).Select(_ => Batch()).ToList();
        Start();
        await Eventually.TrueAsync(() => _spool.Outbox.Count == 0, "an empty outbox. " + _log);
        Assert.Equal(10, _sender.Sent);
        Assert.Equal(names.Order(), _peer.Batches.Keys.Order());
        // Two travel at a time, so neighbours may change places, no more.
        Assert.All(_peer.Arrivals.Select((name, at) => Math.Abs(names.IndexOf(name) - at)), distance => Assert.InRange(distance, 0, 2));
        Assert.Empty(Directory.EnumerateFiles(_spool.Outbox.PathOf(""), "*.zip"));
        Assert.Null(_sender.Problem);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task Run_BusyWithRetryAfter_WaitsAtLeastThatAndSends(int status)
    {
        var refusedAt = 0L;
        _peer.Intercept = async (http, _) =>
        {
            if (refusedAt != 0) return false;
            refusedAt = TimeProvider.System.GetTimestamp();
            http.Response.Headers.RetryAfter = "2";
            http.Response.StatusCode = status;
            await http.Response.CompleteAsync();
            return true;
        };
        Batch();
        Start();
        await Eventually.TrueAsync(() => !_peer.Batches.IsEmpty, "the second try");
        Assert.True(TimeProvider.System.GetElapsedTime(refusedAt) >= TimeSpan.FromSeconds(1.9));
        await Eventually.TrueAsync(() => _sender.Sent == 1 && _sender.Problem is null, "the problem to be over");
        Assert.Equal(0, _sender.Rejected);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(409)]
    [InlineData(413)]
    [InlineData(415)]
    [InlineData(422)]
    public async Task Run_RefusedForGood_SetAsideCountedReported(int status)
    {
        var bad = Batch();
        _peer.Intercept = async (http, name) =>
        {
            if (name != bad) return false;
            http.Response.StatusCode = status;
            await http.Response.WriteAsJsonAsync(new { title = "No", detail = "It is bad.", code = "batch.bad" }, options: null, contentType: "application/problem+json");
            return true;
        };
        var good = Batch();
        Start();
        await Eventually.TrueAsync(() => !_peer.Reports.IsEmpty && _peer.Batches.ContainsKey(good), "report and the other batch. " + _log);
        Assert.Equal(new RejectedBatchReport(bad, status, "batch.bad"), Assert.Single(_peer.Reports));
        Assert.Equal(Assert.Single(_peer.Reports), Assert.Single(_refused));
        Assert.True(File.Exists(Path.Combine(Rejected, bad)));
        Assert.Equal(1, _sender.Rejected);
        Assert.Equal(0, _spool.Outbox.Count);
        Assert.Contains("It is bad.", _log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(421)]
    [InlineData(500)]
    [InlineData(429)]
    public async Task Run_NotAboutTheBatch_KeptWithProblemTold(int status)
    {
        _peer.Intercept = async (http, _) =>
        {
            http.Response.StatusCode = status;
            await http.Response.CompleteAsync();
            return true;
        };
        Batch();
        Start();
        await Eventually.TrueAsync(() => _sender.Problem is not null, "the problem");
        Assert.Contains(status.ToString(System.Globalization.CultureInfo.InvariantCulture), _sender.Problem, StringComparison.Ordinal);
        Assert.Equal(1, _spool.Outbox.Count);
        Assert.Equal(0, _sender.Rejected);
        Assert.False(Directory.Exists(Rejected));
    }

    [Fact]
    public async Task Run_ConnectionBrokenWithinBatch_SentAgainWithSameBytes()
    {
        var broken = 0;
        _peer.Intercept = async (http, _) =>
        {
            if (broken++ > 2) return false;
            await http.Request.Body.ReadExactlyAsync(new byte[1]);
            http.Abort();
            return true;
        };
        var name = Batch();
        var bytes = await File.ReadAllBytesAsync(_spool.Outbox.PathOf(name), TestContext.Current.CancellationToken);
        Start();
        await Eventually.TrueAsync(() => _sender.Sent == 1, "the fourth try. " + _log);
        Assert.Equal(bytes, _peer.Batches[name]);
    }

    [Fact]
    public async Task Run_BatchDeletedByOthers_ReportedAndRestSent()
    {
        var gone = Batch();
        File.Delete(_spool.Outbox.PathOf(gone));
        var good = Batch();
        Start();
        await Eventually.TrueAsync(() => _peer.Batches.ContainsKey(good) && _spool.Outbox.Count == 0, "the other batch. " + _log);
        Assert.Equal(gone, Assert.Single(_vanished));
        Assert.Equal(1, _sender.Sent);
    }

    [Fact]
    public async Task Create_ServerOfAnotherAuthority_Refused()
    {
        using var stranger = new PeerAuthority();
        using var client = ServiceClient.Create(new Uri(_peer.Address, "/"), [stranger.Certificate], null);
        var problem = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"https://agent.{ServicePeer.Base}:{_peer.Address.Port}/"), TestContext.Current.CancellationToken));
        Assert.Equal(HttpRequestError.SecureConnectionError, problem.HttpRequestError);
    }

    [Fact]
    public async Task Create_ServerOfAnotherName_Refused()
    {
        using var client = ServiceClient.Create(_peer.Address, [_peer.Authority.Certificate], null);
        var problem = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"https://other.{ServicePeer.Base}:{_peer.Address.Port}/"), TestContext.Current.CancellationToken));
        Assert.Equal(HttpRequestError.SecureConnectionError, problem.HttpRequestError);
    }

    [Fact]
    public void Failed_Repeatedly_GrowsWithinBoundsAndObeysRetryAfter()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(2));
        for (var i = 0; i < 40; i++)
        {
            var ceiling = Math.Min(120_000, 500 * Math.Pow(2, i));
            Assert.InRange(backoff.Failed().TotalMilliseconds, ceiling / 2, ceiling);
        }
        backoff.Succeeded();
        var asked = Enumerable.Range(0, 20).Select(_ =>
        {
            backoff.Succeeded();
            return backoff.Failed(TimeSpan.FromSeconds(8)).TotalSeconds;
        }).ToList();
        Assert.All(asked, wait => Assert.InRange(wait, 8, 10));
        Assert.True(asked.Max() - asked.Min() > 0.2, "terminals that were told the same must not come back together");
        Assert.InRange(backoff.Failed(TimeSpan.FromDays(3)).TotalSeconds, 3600, 3630);
    }

    private void Start() => _running = _sender.RunAsync(_stop.Token);

    private string Batch()
    {
        Assert.True(_spool.TryAppend(TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes("lv=5 evt=sys subEvt=test")));
        var before = Directory.GetFiles(_spool.Outbox.PathOf(""), "*.zip");
        _spool.CloseBatch();
        return Path.GetFileName(Assert.Single(Directory.GetFiles(_spool.Outbox.PathOf(""), "*.zip").Except(before)))!;
    }
}
