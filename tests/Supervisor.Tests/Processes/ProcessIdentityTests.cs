using System.Diagnostics;
using Akashi.Supervisor.Processes;

namespace Akashi.Supervisor.Tests.Processes;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void Of_Self_IsAliveAndStable()
    {
        var self = ProcessIdentity.Of(Environment.ProcessId)!;
        Assert.True(self.IsAlive);
        Assert.Equal(self, ProcessIdentity.Of(Environment.ProcessId));
    }

    [Fact]
    public void IsAlive_OtherStartOrOtherBoot_IsFalse()
    {
        var self = ProcessIdentity.Of(Environment.ProcessId)!;
        Assert.False((self with { StartTicks = self.StartTicks + 1 }).IsAlive);
        Assert.False((self with { Boot = "another" }).IsAlive);
    }

    [Fact]
    public async Task EndAsync_ProcessThatIgnoresSigterm_IsKilled()
    {
        using var stubborn = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        await stubborn.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        var identity = ProcessIdentity.Of(stubborn.Id)!;

        Assert.False(await Signals.EndAsync(identity, TimeSpan.FromMilliseconds(300)));
        Assert.False(identity.IsAlive);
    }

    [Fact]
    public async Task EndAsync_NameWithSpacesAndParentheses_EndsPolitely()
    {
        var program = Path.Combine(Path.GetTempPath(), $"a) 1 (b {Environment.ProcessId}");
        File.Copy("/bin/sleep", program, overwrite: true);
        try
        {
            using var process = Process.Start(program, ["1000"]);
            var identity = ProcessIdentity.Of(process.Id)!;
            Assert.True(identity.IsAlive);
            Assert.True(await Signals.EndAsync(identity, TimeSpan.FromSeconds(20)));
        }
        finally
        {
            File.Delete(program);
        }
    }
}
