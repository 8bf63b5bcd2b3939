using System.Globalization;
using System.Text;
using Akashi.App.Tests.Failures;
using Akashi.TestKit.Crash;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Crashes;

/// <summary>Kills of server, agent and PostgreSQL at named points under load: every acknowledged batch exactly once, no manual repair.</summary>
public sealed class CrashTests
{
    private const int OfferedPerSecond = 2400;
    private const int Demanded = 2000;

    [Fact]
    public Task Kills_FewUnderLoad_LoseNothing() => RunAsync(kills: 6);

    [Fact]
    public Task Kills_ThirtyUnderLoad_LoseNothing()
    {
        Needs.LongRun("thirty kills take several minutes");
        return RunAsync(kills: 30);
    }

    private static async Task RunAsync(int kills)
    {
        // Without root the agent sees too little to be killed at its points.
        await using var service = await RunningService.StartAsync(new ServiceSettings(WithAgent: Environment.IsPrivilegedProcess));
        var output = TestContext.Current.TestOutputHelper!;
        var supervisor = service.Programs.SupervisorPid;
        var report = await new CrashHarness(service, new CrashPlan(kills, OfferedPerSecond, Chance.FromEnvironment(), output.WriteLine)).RunAsync();

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Offered {report.Ledger.OfferedLines} traces in {report.Ledger.OfferedBatches} batches at {report.TracesPerSecond:0}/s; acknowledged {report.Ledger.AcknowledgedBatches}, given up {report.GivenUp}; slowest return {report.SlowestReturn.TotalSeconds:0.0} s."));
        output.WriteLine("Refusals: " + string.Join(", ", report.Refusals.Select(refusal => $"{refusal.Key} × {refusal.Value}")));
        Assert.Equal(kills, report.Kills.Count);
        Assert.True(report.TracesPerSecond >= Demanded, $"only {report.TracesPerSecond} traces/s were offered");
        Assert.Equal(report.Ledger.OfferedBatches - report.GivenUp, report.Ledger.AcknowledgedBatches);

        await StoreProof.IndexedAsync(service);
        using var api = service.CreateApi();
        var export = await api.ExportAsync("*");
        Assert.Empty(report.Ledger.Judge(export).Take(20));
        if (service.Settings.WithAgent) AssertAgentNumbers(export, output);
        await StoreProof.VerifiedAsync(service);
        Assert.Equal(supervisor, service.Programs.SupervisorPid);
    }

    /// <summary>The agent's own ledger is its numbering: every number once, none missing, whatever was killed.</summary>
    private static void AssertAgentNumbers(ReadOnlySpan<byte> export, ITestOutputHelper output)
    {
        var numbers = new List<long>();
        foreach (var range in export.Split((byte)'\n'))
        {
            var line = export[range];
            if (line.IndexOf(" os=Linux "u8) < 0 || line.IndexOf(" sn="u8) is var at && at < 0) continue;
            var digits = line[(at + 4)..];
            numbers.Add(long.Parse(Encoding.ASCII.GetString(digits[..digits.IndexOf((byte)' ')]), CultureInfo.InvariantCulture));
        }
        numbers.Sort();
        output.WriteLine($"The agent's lines: {numbers.Count}, numbers {numbers[0]} to {numbers[^1]}.");
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.Equal(numbers.Count, numbers[^1] - numbers[0] + 1);
        Assert.Equal(1, numbers[0]);
    }
}
