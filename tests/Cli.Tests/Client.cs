using System.Diagnostics;
using System.Text;

namespace Akashi.Cli.Tests;

internal sealed record ClientAnswer(int Code, byte[] Bytes, string Errors)
{
    public string Output => Encoding.UTF8.GetString(Bytes);

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The built program, as a person or a script runs it.</summary>
internal static class Client
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task<ClientAnswer> RunAsync(string data, params string[] arguments) => RunAsync("C.UTF-8", data, arguments);

    public static async Task<ClientAnswer> RunAsync(string language, string data, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "akashi-cli"), ["--data", data, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LANG"] = language;
        foreach (var name in (string[])["LC_ALL", "LC_MESSAGES", "AKASHI_URL", "AKASHI_TOKEN", "AKASHI_DATA"]) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience);
        using var bytes = new MemoryStream();
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardOutput.BaseStream.CopyToAsync(bytes, limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return new ClientAnswer(process.ExitCode, bytes.ToArray(), await errors);
    }
}
