using System.Security.Cryptography;
using Akashi.TestKit.ClickHouse;

namespace Akashi.Traces.Tests.Contract;

/// <summary>A ClickHouse for the tests of one class.</summary>
public sealed class ClickHouseFixture : IAsyncLifetime
{
    public TestClickHouse Server { get; } = new();

    public async ValueTask InitializeAsync()
    {
        if (TestClickHouse.WhySkipped is null) await Server.StartAsync();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>The contract, of ClickHouse.</summary>
public sealed class ClickHouseStoreTests(ClickHouseFixture clickHouse) : TraceStoreContract, IClassFixture<ClickHouseFixture>
{
    private protected override Task<TracePipeline> StartAsync()
    {
        Assert.SkipWhen(TestClickHouse.WhySkipped is not null, TestClickHouse.WhySkipped ?? "");
        return TracePipeline.StartAsync(clickHouse.Server.Options($"test_{RandomNumberGenerator.GetHexString(8, lowercase: true)}"));
    }
}
