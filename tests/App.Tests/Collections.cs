namespace Akashi.App.Tests;

/// <summary>Classes that share one service because none of them minds what the others store.</summary>
[CollectionDefinition(Name)]
public sealed class SharedService : ICollectionFixture<ServiceFixture>
{
    public const string Name = "one service";
}

/// <summary>Classes that share one service with the agent.</summary>
[CollectionDefinition(Name)]
public sealed class SharedRecordingService : ICollectionFixture<RecordingServiceFixture>
{
    public const string Name = "one service with the agent";
}

/// <summary>Classes that share two nodes behind a balancer.</summary>
[CollectionDefinition(Name)]
public sealed class SharedNodes : ICollectionFixture<Nodes.TwoNodeService>
{
    public const string Name = "two nodes";
}
