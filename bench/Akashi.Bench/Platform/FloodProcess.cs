using System.Diagnostics;

namespace Akashi.Bench.Platform;

/// <summary><see cref="Flood"/> as a process that gives way to all others.</summary>
internal sealed class FloodProcess(Process process) : IDisposable
{
    private static readonly TimeSpan ToFillQueues = TimeSpan.FromSeconds(3);

    public static async Task<FloodProcess> StartAsync(BenchService service)
    {
        string[] arguments = ["nice", "-n", "19", Environment.ProcessPath!, typeof(Flood).Assembly.Location, "flood", service.Folder, $"{service.Port}"];
        var flood = new FloodProcess(Process.Start(new ProcessStartInfo("setsid", arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!);
        if (await flood.ReadLineAsync() != "flooding") throw new InvalidOperationException("The flood did not begin.");
        await Task.Delay(ToFillQueues);
        return flood;
    }

    /// <returns>What it counted.</returns>
    public async Task<string> EndAsync()
    {
        process.StandardInput.Close();
        return await ReadLineAsync() ?? "";
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }

    private Task<string?> ReadLineAsync() => process.StandardOutput.ReadLineAsync();
}
