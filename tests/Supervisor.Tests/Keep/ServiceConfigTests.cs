using System.Net;
using Akashi.Supervisor.Keep;
using Akashi.TestKit;

namespace Akashi.Supervisor.Tests.Keep;

public sealed class ServiceConfigTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("null")]
    public void Read_NoObject_NamesTheFile(string content)
    {
        using var folder = new TestFolder();
        var data = new DataFolder(folder.Path);
        File.WriteAllText(data.ConfigFile, content);
        var fault = Assert.Throws<InvalidOperationException>(() => ServiceConfig.Read(data));
        Assert.Contains(data.ConfigFile, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "port": 0 }""", 1)]
    [InlineData("""{ "port": 70000, "baseDomain": "a b" }""", 2)]
    [InlineData("""{ "port": "9443" }""", 0)]
    [InlineData("{}", 0)]
    public void Validate_Settings_ReportsEveryFault(string content, int faults)
    {
        using var folder = new TestFolder();
        var data = new DataFolder(folder.Path);
        File.WriteAllText(data.ConfigFile, content);
        Assert.Equal(faults, ServiceConfig.Read(data).Validate().Count);
    }

    [Theory]
    [InlineData("""{}""", "127.0.0.1")]
    [InlineData("""{ "listen": ["0.0.0.0"] }""", "127.0.0.1")]
    [InlineData("""{ "listen": ["192.0.2.7"] }""", "192.0.2.7")]
    public void LocalAddress_ListenSetting_IsWhereTheServerAnswers(string content, string address)
    {
        using var folder = new TestFolder();
        var data = new DataFolder(folder.Path);
        File.WriteAllText(data.ConfigFile, content);
        Assert.Equal(IPAddress.Parse(address), ServiceConfig.Read(data).LocalAddress);
    }
}
