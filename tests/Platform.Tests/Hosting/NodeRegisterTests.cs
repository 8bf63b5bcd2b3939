using Akashi.Platform.Hosting;
using Akashi.Platform.Objects;
using Akashi.TestKit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Akashi.Platform.Tests.Hosting;

public sealed class NodeRegisterTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly List<NodeRegister> _nodes = [];
    private TestDatabase _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync([typeof(NodeRegister).Assembly]);

    public async ValueTask DisposeAsync()
    {
        _nodes.ForEach(node => node.Dispose());
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Join_OneOfTwoKeepsFiles_TheSecondIsRefused(bool firstLocal, bool secondLocal)
    {
        await Node("a", firstLocal).JoinAsync(Cancellation);
        var refused = await Assert.ThrowsAsync<NodeRefusedException>(() => Node("b", secondLocal).JoinAsync(Cancellation));
        Assert.Contains("objects.kind \"s3\"", refused.Message, StringComparison.Ordinal);
        Assert.Single(await _database.QueryAsOwnerAsync<Guid>("SELECT id FROM platform.node"));
    }

    [Fact]
    public async Task Join_BothWithoutFiles_AreTwo()
    {
        await Node("a", local: false).JoinAsync(Cancellation);
        await Node("b", local: false).JoinAsync(Cancellation);
        Assert.Equal(2, (await _database.QueryAsOwnerAsync<Guid>("SELECT id FROM platform.node")).Count);
    }

    [Fact]
    public async Task Join_TheOtherWentSilent_IsAcceptedOnceItAgedOut()
    {
        await Node("a", local: true).JoinAsync(Cancellation);
        await _database.ExecuteAsOwnerAsync("UPDATE platform.node SET seen_at = now() - interval '50 seconds'");
        await Assert.ThrowsAsync<NodeRefusedException>(() => Node("b", local: true).JoinAsync(Cancellation));
        await _database.ExecuteAsOwnerAsync("UPDATE platform.node SET seen_at = now() - interval '61 seconds'");
        await Node("c", local: true).JoinAsync(Cancellation);
        Assert.Single(await _database.QueryAsOwnerAsync<Guid>("SELECT id FROM platform.node"));
    }

    [Fact]
    public async Task Join_AfterACrashOnTheSameFolder_TakesItsOwnPlace()
    {
        var first = Node("a", local: true);
        await first.JoinAsync(Cancellation);
        first.Dispose(); // as a kill would: the row stays, the file's lock goes
        await Node("a", local: true).JoinAsync(Cancellation);
        Assert.Single(await _database.QueryAsOwnerAsync<Guid>("SELECT id FROM platform.node"));
    }

    [Fact]
    public async Task Join_TwiceOnOneFolder_IsRefused()
    {
        await Node("a", local: false).JoinAsync(Cancellation);
        Assert.Contains("data folder of its own", (await Assert.ThrowsAsync<NodeRefusedException>(() => Node("a", local: false).JoinAsync(Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_Node_LeavesItsPlaceAtOnce()
    {
        var first = Node("a", local: true);
        await first.JoinAsync(Cancellation);
        await first.StartAsync(Cancellation);
        await first.StopAsync(Cancellation);
        await Node("b", local: true).JoinAsync(Cancellation);
    }

    [Fact]
    public async Task Heartbeat_AgedOutBesideAnother_StopsTheServer()
    {
        var (clock, lifetime) = (new TestClock(TimeProvider.System.GetUtcNow()), new Lifetime());
        var node = Node("a", local: true, clock, lifetime);
        await node.JoinAsync(Cancellation);
        await node.StartAsync(Cancellation);
        await _database.ExecuteAsOwnerAsync("UPDATE platform.node SET seen_at = now() - interval '2 minutes'");
        await Node("b", local: true).JoinAsync(Cancellation);
        await TestWait.UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            return Task.FromResult(lifetime.Stopped);
        }, TimeSpan.FromSeconds(30), "the node to stop itself");
    }

    private NodeRegister Node(string name, bool local, TimeProvider? clock = null, Lifetime? lifetime = null)
    {
        Directory.CreateDirectory(_folder.File(name));
        var objects = new ObjectStoreOptions { Kind = local ? ObjectStoreOptions.FileKind : ObjectStoreOptions.S3Kind };
        var node = new NodeRegister(
            _database.Application, new ServerOptions { Data = _folder.File(name), Objects = objects, EmbeddedTraces = false }, lifetime ?? new Lifetime(), clock ?? TimeProvider.System, NullLogger<NodeRegister>.Instance);
        _nodes.Add(node);
        return node;
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public bool Stopped { get; private set; }

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => Stopped = true;
    }
}
