using System.Diagnostics;
using System.Text.Json;

namespace Akashi.Bench.Recording;

/// <summary>What the agent costs while <c>make -j2</c> compiles a real C library (libiberty of Debian's binutils-source). The peer is the budget that it must keep.</summary>
internal static class AgentBenchmark
{
    private const double BudgetMegabytes = 60;
    private const double BudgetCoreShare = 0.02;
    private const string SourceArchives = "/usr/src/binutils";

    public static async Task RunAsync(BenchReport report)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            BenchReport.Note("Left out: the agent records processes and files only as root. Run the benchmark as root.");
            return;
        }
        await InstallAsync();
        var work = Directory.CreateTempSubdirectory("akashi-make-").FullName;
        try
        {
            await ShellAsync($"tar -xf {SourceArchives}/binutils-*.tar.* -C '{work}' --strip-components=1 && cd '{work}/libiberty' && ./configure");
            await using var service = await BenchService.StartAsync(withAgent: true);
            await Task.Delay(TimeSpan.FromSeconds(5)); // just-in-time compilation and the first look at /proc are over
            var before = ReadStatus(service);
            var processorBefore = ProcessFigures.CpuSeconds(service.AgentProcess);
            var started = Stopwatch.GetTimestamp();
            for (var round = 0; round < 3; round++) await ShellAsync($"cd '{work}/libiberty' && make clean && make -j2");
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            await Task.Delay(TimeSpan.FromSeconds(5)); // what waits in the spool belongs to the cost
            var processor = ProcessFigures.CpuSeconds(service.AgentProcess) - processorBefore;
            var after = ReadStatus(service);
            var events = after.Events - before.Events;
            BenchReport.Note($"agent: {events} events in {seconds:0.0} s of make -j2, lost: {after.Lost}, resident {ProcessFigures.ResidentMemory(service.AgentProcess):0.0} MB");
            report.AddLessIsBetter("agent-cpu", processor / events * 1e6, "µs/event", $"{BudgetCoreShare:P0} of a core", BudgetCoreShare * seconds / events * 1e6);
            report.AddLessIsBetter("agent-core-share", processor / seconds, "cores", $"{BudgetCoreShare:P0} of a core", BudgetCoreShare);
            report.AddLessIsBetter("agent-memory", ProcessFigures.PeakMemory(service.AgentProcess), "MB peak", "budget", BudgetMegabytes);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task InstallAsync()
    {
        if (Directory.Exists(SourceArchives) && File.Exists("/usr/bin/make") && File.Exists("/usr/bin/gcc")) return;
        BenchReport.Note("Installing binutils-source, gcc and make with apt-get.");
        await ShellAsync("DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends binutils-source gcc libc6-dev make xz-utils || (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends binutils-source gcc libc6-dev make xz-utils)");
    }

    private static async Task ShellAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = shell.StandardOutput.ReadToEndAsync();
        var errors = shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();
        if (shell.ExitCode != 0) throw new InvalidOperationException($"'{command}' ended with code {shell.ExitCode}: {await errors}{await output}");
    }

    private static (long Events, string Lost) ReadStatus(BenchService service)
    {
        using var status = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(service.Folder, "agent", "status.json")));
        return (status.RootElement.GetProperty("events").GetInt64(), status.RootElement.GetProperty("lost").ToString());
    }
}
