using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Akashi.Supervisor.Keep;

namespace Akashi.Supervisor.Tests;

public sealed class UpTests
{
    private static readonly string[] All = [Programs.PostgreSql, Programs.Server, Programs.Agent];

    [Fact]
    public async Task Up_TwiceThenDown_RunsOnceSaysAddressesTwiceAndEndsAll()
    {
        await using var installation = new TestInstallation();

        var first = await installation.UpOnPortAsync();
        Assert.True(first.Code == 0, first.Output);
        await TestInstallation.UntilAsync(() => installation.State.Find(Programs.Agent) is not null, "the agent runs");
        var before = installation.State;
        var second = await installation.UpAsync();

        Assert.Equal(0, second.Code);
        Assert.Equal(first.Output, second.Output);
        Assert.Contains($"https://portal.akashi.localhost:{installation.Port}/", first.Output, StringComparison.Ordinal);
        Assert.Contains("/activate/fake", first.Output, StringComparison.Ordinal);
        Assert.Contains("Process by fake", first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("/activate/used", first.Output, StringComparison.Ordinal);
        foreach (var program in All) Assert.Equal(before.Find(program), installation.State.Find(program));

        var down = await installation.DownAsync();
        Assert.Equal(0, down.Code);
        Assert.StartsWith("Stopped.", down.Output, StringComparison.Ordinal);
        Assert.All(All, program => Assert.False(before.Find(program)!.Process!.IsAlive, program));
        Assert.False(before.Supervisor.IsAlive);
        var again = await installation.DownAsync();
        Assert.Equal(0, again.Code);
        Assert.StartsWith("Nothing runs", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_TwoDataFolders_BothRun()
    {
        await using var one = new TestInstallation();
        await using var other = new TestInstallation();

        var answers = await Task.WhenAll(one.UpOnPortAsync(), other.UpOnPortAsync());

        Assert.All(answers, answer => Assert.True(answer.Code == 0, answer.Output));
        Assert.True(one.Pid(Programs.Server).IsAlive && other.Pid(Programs.Server).IsAlive);
    }

    [Fact]
    public async Task Up_PortTaken_SaysSoBeforeAnythingStarts()
    {
        await using var installation = new TestInstallation();
        using var listener = new TcpListener(IPAddress.Loopback, installation.Port);
        listener.Start();

        var up = await installation.UpOnPortAsync();

        Assert.Equal(1, up.Code);
        Assert.Contains($"Port {installation.Port} is taken", up.Output, StringComparison.Ordinal);
        Assert.Contains("--port", up.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(installation.Data.StateFile));
    }

    [Fact]
    public async Task Up_OtherPortWhileRunning_RefusesAndNamesThePort()
    {
        await using var installation = new TestInstallation();
        Assert.Equal(0, (await installation.UpOnPortAsync()).Code);

        var up = await installation.UpAsync("--port", "1");

        Assert.Equal(1, up.Code);
        Assert.Contains($"already runs on port {installation.Port}", up.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_ServerEndsAtOnce_ShowsItsLogAndLeavesNothingRunning()
    {
        await using var installation = new TestInstallation();
        installation.Data.Create();
        await File.WriteAllTextAsync(Path.Combine(installation.Data.Path, "fail"), "");

        var up = await installation.UpOnPortAsync();

        Assert.Equal(1, up.Code);
        Assert.Contains("The program server does not start. It ended with code 3.", up.Output, StringComparison.Ordinal);
        Assert.Contains("The fake server fails as told.", up.Output, StringComparison.Ordinal);
        Assert.False(installation.Pid(Programs.PostgreSql).IsAlive);
    }

    [Fact]
    public async Task Up_PostgreSqlDoesNotStart_SaysWhyInsteadOfWaiting()
    {
        await using var installation = new TestInstallation();
        installation.Data.Create();
        var cluster = Path.Combine(installation.Data.PostgreSqlFolder, "data");
        Directory.CreateDirectory(cluster);
        await File.WriteAllTextAsync(Path.Combine(cluster, "PG_VERSION"), "damaged");
        File.SetUnixFileMode(cluster, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var up = await installation.UpOnPortAsync();

        Assert.Equal(1, up.Code);
        Assert.Contains("The program postgresql does not start.", up.Output, StringComparison.Ordinal);
        Assert.Contains("postgresql.log", up.Output, StringComparison.Ordinal);
        Assert.False(installation.State.Supervisor.IsAlive);
    }

    [Fact]
    public async Task Up_ConfigOfAnAdministrator_IsKept()
    {
        await using var installation = new TestInstallation();
        installation.Data.Create();
        await File.WriteAllTextAsync(installation.Data.ConfigFile, """{ "region": "jp", "listen": ["127.0.0.1"], /* why */ "baseDomain": "proof.localhost" }""");

        var up = await installation.UpAsync("--port", $"{installation.Port}", "--no-agent");

        Assert.True(up.Code == 0, up.Output);
        Assert.Contains("https://portal.proof.localhost:", up.Output, StringComparison.Ordinal);
        var config = JsonNode.Parse(await File.ReadAllTextAsync(installation.Data.ConfigFile))!;
        Assert.Equal("jp", config["region"]!.GetValue<string>());
        Assert.Equal(installation.Port, config["port"]!.GetValue<int>());
        Assert.Contains("akashi_owner", config["ownerConnection"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(installation.Data.ConfigFile));
    }
}
