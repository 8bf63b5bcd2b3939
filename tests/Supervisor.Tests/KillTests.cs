using System.Diagnostics;
using Akashi.Supervisor.Keep;

namespace Akashi.Supervisor.Tests;

/// <summary>What dies comes back, and what is left behind is found again.</summary>
public sealed class KillTests
{
    private static readonly string[] All = [Programs.PostgreSql, Programs.Server, Programs.Agent];

    [Fact]
    public async Task Up_EachProgramKilled_IsBackWithinSeconds()
    {
        await using var installation = new TestInstallation();
        Assert.Equal(0, (await installation.UpOnPortAsync()).Code);
        await TestInstallation.UntilAsync(() => installation.State.Find(Programs.Agent) is not null, "the agent runs");

        foreach (var program in All)
        {
            var killed = installation.Pid(program);
            var began = Stopwatch.GetTimestamp();
            TestInstallation.Kill(killed);
            await TestInstallation.UntilAsync(() => installation.Pid(program) != killed && installation.State.Find(program)!.Trouble is null && installation.Pid(program).IsAlive, $"{program} is back");
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20), program);
        }
        await TestInstallation.UntilAsync(() => installation.State.Ready, "the service is ready again");
    }

    [Fact]
    public async Task Up_SupervisorKilled_NextOneKeepsPostgreSqlAndReplacesServerAndAgent()
    {
        await using var installation = new TestInstallation();
        Assert.Equal(0, (await installation.UpOnPortAsync()).Code);
        await TestInstallation.UntilAsync(() => installation.State.Find(Programs.Agent) is not null, "the agent runs");
        var before = installation.State;

        TestInstallation.Kill(before.Supervisor);
        await TestInstallation.UntilAsync(() => !before.Supervisor.IsAlive, "the supervisor is dead");
        Assert.True(before.Find(Programs.Server)!.Process!.IsAlive);
        var up = await installation.UpAsync();

        Assert.True(up.Code == 0, up.Output);
        Assert.NotEqual(before.Supervisor, installation.State.Supervisor);
        Assert.Equal(before.Find(Programs.PostgreSql)!.Process, installation.Pid(Programs.PostgreSql));
        Assert.False(before.Find(Programs.Server)!.Process!.IsAlive);
        Assert.False(before.Find(Programs.Agent)!.Process!.IsAlive);
    }

    [Fact]
    public async Task Down_SupervisorKilled_EndsWhatItLeft()
    {
        await using var installation = new TestInstallation();
        Assert.Equal(0, (await installation.UpAsync("--port", $"{installation.Port}", "--no-agent")).Code);
        var before = installation.State;
        TestInstallation.Kill(before.Supervisor);
        await TestInstallation.UntilAsync(() => !before.Supervisor.IsAlive, "the supervisor is dead");

        var down = await installation.DownAsync();

        Assert.Equal(0, down.Code);
        Assert.Contains("Stopped 2 processes", down.Output, StringComparison.Ordinal);
        Assert.Null(before.Find(Programs.Agent));
        Assert.False(before.Find(Programs.Server)!.Process!.IsAlive);
        Assert.False(before.Find(Programs.PostgreSql)!.Process!.IsAlive);
    }

    [Fact]
    public async Task Down_RecordedIdBelongsToAnotherProcessNow_LeavesThatAlone()
    {
        await using var installation = new TestInstallation();
        installation.Data.Create();
        using var foreign = Process.Start("sleep", ["1000"]);
        var reused = Akashi.Supervisor.Processes.ProcessIdentity.Of(foreign.Id)! with { StartTicks = 1 };
        new RunState(reused, 8443, "akashi.localhost", true, true, new Dictionary<string, ProgramState> { [Programs.Server] = new(reused, 1, 0, null), [Programs.PostgreSql] = new(reused, 1, 0, null) })
            .Write(installation.Data);

        var down = await installation.DownAsync();

        Assert.Equal(0, down.Code);
        Assert.StartsWith("Nothing runs", down.Output, StringComparison.Ordinal);
        Assert.False(foreign.HasExited);
        foreign.Kill();
    }
}
