using System.Diagnostics;
using Akashi.Supervisor;

namespace Akashi.Cli;

/// <summary><c>verify</c>, <c>migrate</c>, <c>backup</c> and <c>restore</c> are work of the server program itself, on the data folder, beside a running service or not.</summary>
internal static class ServerProgram
{
    private const string PathVariable = "AKASHI_SERVER";
    private const string FileName = "akashi-server";

    public static Task<int> RunAsync(string command, DataFolder data, CancellationToken cancellation) => RunAsync(command, data, [], cancellation);

    public static async Task<int> RunAsync(string command, DataFolder data, string[] arguments, CancellationToken cancellation)
    {
        if (!File.Exists(data.ConfigFile))
            throw new CommandFailure(ExitCodes.Failure, Words.Say($"'{data.Path}' holds no service: config.json is missing. Start one with ./akashi up --data '{data.Path}', or name the right folder with --data.", $"'{data.Path}' に config.json がありません。./akashi up --data '{data.Path}' で始めるか、--data で正しいフォルダーを指定してください。"));
        var code = await StartAsync(command, data, arguments, cancellation);
        if (code != 0 && !InstanceLock.IsHeld(data))
            await Console.Error.WriteLineAsync(Words.Say("PostgreSQL of this data folder is not running; start it with ./akashi up.", "このデータの PostgreSQL が動いていません。./akashi up で起動してください。"));
        return code;
    }

    /// <summary>For what needs no running service.</summary>
    public static async Task<int> StartAsync(string command, DataFolder data, string[] arguments, CancellationToken cancellation)
    {
        var program = Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } given ? given : Path.Combine(AppContext.BaseDirectory, FileName);
        if (!File.Exists(program))
            throw new CommandFailure(ExitCodes.Failure, Words.Say($"'{program}' does not exist. Build it with ./akashi up, or set {PathVariable} to its path.", $"'{program}' がありません。./akashi up でビルドするか、{PathVariable} にパスを設定してください。"));
        using var process = Process.Start(new ProcessStartInfo(program, [command, "--data", data.Path, .. arguments]))!;
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }
}
