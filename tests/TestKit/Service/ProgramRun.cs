using System.Diagnostics;

namespace Akashi.TestKit.Service;

/// <summary>What a program said and how it ended.</summary>
public sealed record ProgramRun(int Code, string Output, string Errors)
{
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(3);

    /// <summary>Runs a program to its end; one that takes too long is killed by its id.</summary>
    /// <param name="program">Path, or a name on the search path.</param>
    public static Task<ProgramRun> OfAsync(string program, params IEnumerable<string> arguments) => OfAsync(program, arguments, DefaultPatience);

    /// <param name="environment">Variables beside those of this process.</param>
    public static async Task<ProgramRun> OfAsync(string program, IEnumerable<string> arguments, TimeSpan patience, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment.Remove("LC_ALL");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill();
            throw new TimeoutException($"'{program} {string.Join(' ', start.ArgumentList)}' did not end within {patience.TotalSeconds} s.", e);
        }
        return new ProgramRun(process.ExitCode, await output.WaitAsync(patience), await errors.WaitAsync(patience));
    }

    /// <summary>The output of a program that must succeed.</summary>
    public static async Task<string> OutputOfAsync(string program, params IEnumerable<string> arguments)
    {
        var run = await OfAsync(program, arguments);
        return run.Code == 0 ? run.Output : throw new InvalidOperationException($"'{program}' ended with code {run.Code}: {run.Errors}{run.Output}");
    }
}
