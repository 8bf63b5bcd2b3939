namespace Akashi.Traces.Tests.Contract;

/// <summary>The contract, of segments on this node.</summary>
public sealed class SegmentStoreTests : TraceStoreContract
{
    private protected override Task<TracePipeline> StartAsync() => TracePipeline.StartAsync();
}
