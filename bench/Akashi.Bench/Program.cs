using Akashi.Bench;
using Akashi.Bench.Platform;
using Akashi.Bench.Receive;
using Akashi.Bench.Recording;

// ./akashi bench [NAME] [--json]: each benchmark prints rows beside its peer, measured in the same run.
if (args is ["write-peer", var zips, var folder, var clients]) return WritePeer.Run(zips, folder, int.Parse(clients, System.Globalization.CultureInfo.InvariantCulture));
if (args is ["flood", var data, var port]) return await Flood.RunAsync(data, int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));

(string Name, Func<BenchReport, Task> Run)[] all =
[
    ("receive", ReceiveBenchmark.RunAsync),
    ("agent", AgentBenchmark.RunAsync),
    ("platform", PlatformBenchmark.RunAsync),
    ("noisy-tenant", PlatformBenchmark.RunNoisyTenantAsync),
];
var json = args.Contains("--json");
var wanted = args.FirstOrDefault(argument => !argument.StartsWith('-'));
// The agent's rows belong to the receive benchmark's table as well: `bench receive` prints both halves of the way of a trace.
// A part of `platform` with a name of its own.
var chosen = wanted is null ? all[..^1] : [.. all.Where(benchmark => benchmark.Name == wanted || (wanted == "receive" && benchmark.Name == "agent"))];
if (chosen.Length == 0)
{
    Console.Error.WriteLine($"'{wanted}' is no benchmark. There are: {string.Join(", ", all.Select(benchmark => benchmark.Name))}.");
    return 2;
}
var report = new BenchReport(json);
foreach (var benchmark in chosen) await benchmark.Run(report);
report.Finish();
return 0;
