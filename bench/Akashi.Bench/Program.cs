using Akashi.Bench;
using Akashi.Bench.Platform;
using Akashi.Bench.Receive;
using Akashi.Bench.Recording;
using Akashi.Bench.Traces;

// ./akashi bench [NAME] [--json] [--events N] [--alone]: each benchmark prints rows beside its peer, measured in the same run.
if (args is ["write-peer", var zips, var folder, var clients]) return WritePeer.Run(zips, folder, int.Parse(clients, System.Globalization.CultureInfo.InvariantCulture));
if (args is ["flood", var data, var port]) return await Flood.RunAsync(data, int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));

var events = TracesBenchmark.DefaultEvents;
if (Array.IndexOf(args, "--events") is >= 0 and var option)
{
    if (option + 1 == args.Length || !int.TryParse(args[option + 1], System.Globalization.CultureInfo.InvariantCulture, out events) || events < 1000)
    {
        Console.Error.WriteLine("--events needs a number of rows, at least 1000.");
        return 2;
    }
    args = [.. args[..option], .. args[(option + 2)..]];
}
(string Name, Func<BenchReport, Task> Run)[] all =
[
    ("receive", ReceiveBenchmark.RunAsync),
    ("agent", AgentBenchmark.RunAsync),
    ("platform", PlatformBenchmark.RunAsync),
    ("traces", report => TracesBenchmark.RunAsync(report, events, args.Contains("--alone"))),
    ("noisy-tenant", PlatformBenchmark.RunNoisyTenantAsync),
];
var json = args.Contains("--json");
var wanted = args.FirstOrDefault(argument => !argument.StartsWith('-'));
// The agent's rows belong to the receive benchmark's table as well: `bench receive` prints both halves of the way of a trace.
// `traces` takes its time, and `noisy-tenant` is a part of `platform`: both are asked for by name.
var chosen = wanted is null ? all[..^2] : [.. all.Where(benchmark => benchmark.Name == wanted || (wanted == "receive" && benchmark.Name == "agent"))];
if (chosen.Length == 0)
{
    Console.Error.WriteLine($"'{wanted}' is no benchmark. There are: {string.Join(", ", all.Select(benchmark => benchmark.Name))}.");
    return 2;
}
var report = new BenchReport(json);
try
{
    foreach (var benchmark in chosen) await benchmark.Run(report);
}
finally
{
    report.Finish(); // what was measured before something failed is worth reading
}
return 0;
