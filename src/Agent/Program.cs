using System.Runtime.InteropServices;
using Akashi.Agent;
using Akashi.Platform.Hosting;

if (OperatingSystem.IsLinux()) Akashi.Agent.Kernel.OneNativeHeap.Ensure();
var clock = ShiftedClock.FromEnvironment();
var log = new Log(clock, Console.Error);
var problems = new List<string>();
if (AgentOptions.Parse(args, problems) is not { } options)
{
    foreach (var problem in problems) await Console.Error.WriteLineAsync(problem);
    return 2;
}
using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    await new AgentRunner(options, clock, log).RunAsync(stop.Token);
    log.Info("Stopped.");
    return 0;
}
catch (AgentProblem problem)
{
    log.Warn(problem.Message);
    return 1;
}
