using System.Diagnostics;
using Akashi.Agent.Status;
using Akashi.Agent.Tests.Peers;

namespace Akashi.Agent.Tests;

/// <summary>Prints what the agent costs under load; run it by name with <c>-explicit only</c>.</summary>
public sealed class CostMeasurement
{
    [Fact(Explicit = true)]
    public async Task Run_Loads_PrintsCost()
    {
        Capability.NeedRoot();
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        agent.Start();
        await Eventually.TrueAsync(() => !peer.Batches.IsEmpty, "the first batch");
        await Task.Delay(8000, TestContext.Current.CancellationToken);
        var idle = agent.Status()!;
        await Task.Delay(10_000, TestContext.Current.CancellationToken);
        var before = agent.Status()!;
        Print("idle", idle, before);
        await LoadAsync(agent, "processes and files", $"f={agent.Root}/work; mkdir -p $f; for i in $(seq 3000); do /bin/true n-$i; echo $i > $f/$((i % 200)); done; rm -r $f");
        await LoadAsync(agent, "make -j2", Project(agent.Root));
        await LoadAsync(agent, "make -j2 again", $"cd {agent.Root}/project && make -s clean && make -s -j2");
        PrintMemory(agent.Id);
        TestContext.Current.TestOutputHelper!.WriteLine(agent.Log);
    }

    private static async Task LoadAsync(AgentProcess agent, string name, string script)
    {
        var (before, since) = (agent.Status()!, TimeProvider.System.GetTimestamp());
        using (var shell = Process.Start("bash", ["-c", script])) await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        var took = TimeProvider.System.GetElapsedTime(since);
        await Task.Delay(4000, TestContext.Current.CancellationToken);
        Print($"{name} ({took.TotalSeconds:F1} s)", before, agent.Status()!);
    }

    /// <summary>A program of 200 files with the usual headers, compiled and linked.</summary>
    private static string Project(string root)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, "project")).FullName;
        for (var i = 0; i < 200; i++) File.WriteAllText(Path.Combine(folder, $"f{i}.c"), $"#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <math.h>\nint f{i}(int x) {{ char b[64]; snprintf(b, sizeof b, \"%d\", x); return (int)strlen(b) + abs(x); }}\n");
        File.WriteAllText(Path.Combine(folder, "main.c"), "int f0(int); int main(void) { return f0(1) == 0; }\n");
        File.WriteAllText(Path.Combine(folder, "Makefile"), "O := $(patsubst %.c,%.o,$(wildcard *.c))\nall: $(O)\n\tcc -o program $(O)\nclean:\n\trm -f *.o program\n");
        return $"cd {folder} && make -s -j2";
    }

    /// <summary>The biggest mappings by resident size.</summary>
    private static void PrintMemory(int process)
    {
        var (name, sizes) = ("", new Dictionary<string, long>(StringComparer.Ordinal));
        foreach (var line in File.ReadLines($"/proc/{process}/smaps"))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[0].Contains('-', StringComparison.Ordinal)) name = fields.Length > 5 ? Path.GetFileName(fields[5]) : "anonymous";
            else if (fields[0] == "Rss:") sizes[name] = sizes.GetValueOrDefault(name) + long.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        foreach (var (mapping, size) in sizes.OrderByDescending(s => s.Value).Take(20)) TestContext.Current.TestOutputHelper!.WriteLine($"{size,8} kB {mapping}");
    }

    private static void Print(string name, AgentStatus before, AgentStatus after)
    {
        var (cpu, events, seconds) = (after.CpuSeconds - before.CpuSeconds, after.Events - before.Events, (after.At - before.At).TotalSeconds);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{name}: {events} events, {after.Lines - before.Lines} lines, {cpu:F3} s CPU in {seconds:F1} s = {cpu / seconds:P2} of a core, {cpu / Math.Max(1, events) * 1e6:F1} µs/event, {after.ResidentBytes >> 20} MB resident, {after.HeapBytes >> 10} kB heap, lost {after.Lost.Values.Sum()}, batches {after.BatchesSent - before.BatchesSent}");
    }
}
