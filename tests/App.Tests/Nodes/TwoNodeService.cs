using Akashi.TestKit.Nodes;
using Akashi.TestKit.S3;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Nodes;

/// <summary>Two servers behind a balancer; both start at once on an empty database and an empty key store.</summary>
public sealed class TwoNodeService : IAsyncLifetime
{
    public const string Password = "Two-nodes-2026";

    private NodePair? _pair;
    private TestBalancer? _balancer;

    public string? WhySkipped { get; } = TestBalancer.WhySkipped ?? S3Peer.WhySkipped;

    public NodePair Pair => _pair!;

    public TestBalancer Balancer => _balancer!;

    public async ValueTask InitializeAsync()
    {
        if (WhySkipped is not null) return;
        _pair = await NodePair.PrepareAsync(BuiltPrograms.Server, BuiltPrograms.Server);
        try
        {
            await Task.WhenAll(_pair.First.StartAsync(), _pair.Second.StartAsync());
            await _pair.SetPasswordAsync(Password, codes: false);
            _balancer = await TestBalancer.StartAsync(NodePair.Front, NodePair.BalancerSource, _pair.First, _pair.Second);
        }
        catch
        {
            await DisposeAsync(); // nobody else would
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_balancer is not null) await _balancer.DisposeAsync();
        if (_pair is not null) await _pair.DisposeAsync();
    }
}
