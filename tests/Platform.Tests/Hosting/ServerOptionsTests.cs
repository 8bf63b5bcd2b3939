using Akashi.Platform.Hosting;
using Xunit;

namespace Akashi.Platform.Tests.Hosting;

public sealed class ServerOptionsTests
{
    [Theory]
    [InlineData("https://ch1:8443", "akashi", "traces", null)]
    [InlineData("http://127.0.0.1:8123", "akashi", "", null)]
    [InlineData("http://ch1:8123", "akashi", "", "'http://ch1:8123' is not encrypted")]
    [InlineData("ch1:8443", "akashi", "", "'ch1:8443' is not an address")]
    [InlineData("https://user:secret@ch1:8443", "akashi", "", "is not an address")]
    [InlineData("https://ch1:8443", "a; DROP DATABASE b", "", "database: 'a; DROP DATABASE b' is no name")]
    [InlineData("https://ch1:8443", "akashi", "a'b", "cluster: 'a'b' is no name")]
    public void Validate_ClickHouse_NamesWhatIsWrong(string url, string database, string cluster, string? expected)
    {
        var faults = new ServerOptions { EmbeddedTraces = false, ClickHouse = new ClickHouseOptions { Urls = [url], Database = database, Cluster = cluster } }.Validate().Where(fault => fault.StartsWith("traces.", StringComparison.Ordinal)).ToList();
        if (expected is null) Assert.Empty(faults);
        else Assert.Contains(expected, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_TwoTraceStores_IsRefused() =>
        Assert.Contains(new ServerOptions { EmbeddedTraces = true, ClickHouse = new ClickHouseOptions { Urls = ["https://ch1:8443"] } }.Validate(), fault => fault.StartsWith("embeddedTraces:", StringComparison.Ordinal));

    [Fact]
    public void Validate_ClusterWithoutAnAddress_IsRefused() =>
        Assert.Contains(new ServerOptions { ClickHouse = new ClickHouseOptions { Cluster = "traces" } }.Validate(), fault => fault.StartsWith("traces.clickHouse.urls:", StringComparison.Ordinal));
}
