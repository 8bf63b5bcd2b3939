using System.CommandLine;
using Akashi.Supervisor;

namespace Akashi.Cli.Backup;

/// <summary><c>backup</c>, <c>backup list</c>, <c>backup verify</c> and <c>restore</c>: work of the server program on the data folder.</summary>
internal static class BackupCommandLine
{
    public static IEnumerable<Command> Create(Func<ParseResult, DataFolder> folderOf)
    {
        var to = new Option<string?>("--to") { Description = "Folder of the backups; by default backup.to of the settings." };
        var key = new Option<string?>("--key") { Description = "File with the backup key; by default backup.key in the data folder." };
        var log = new Option<bool>("--log") { Description = "Add what changed since the newest generation instead of making a new one." };

        var list = new Command("list", "Show generations and their runs.") { to, key };
        list.SetAction((parsed, cancellation) => RunAsync("backup-list", parsed, [("--to", parsed.GetValue(to)), ("--key", parsed.GetValue(key))], cancellation));
        var verify = new Command("verify", "Read every byte of the backups and hold it against its digest.") { to, key };
        verify.SetAction((parsed, cancellation) => RunAsync("backup-verify", parsed, [("--to", parsed.GetValue(to)), ("--key", parsed.GetValue(key))], cancellation));
        var backup = new Command("backup", "Make a backup of the running service.") { to, log, list, verify };
        backup.SetAction((parsed, cancellation) => RunAsync("backup", parsed, [("--to", parsed.GetValue(to)), ("--what", parsed.GetValue(log) ? "log" : null)], cancellation));

        var from = new Argument<string>("FROM") { Description = "Folder of the backups." };
        var keyFile = new Option<string>("--key") { Description = "Copy of the backup key.", Required = true };
        var keysFrom = new Option<string?>("--keys-from") { Description = "Folder of the keys' copies; by default FROM-keys." };
        var generation = new Option<string?>("--generation") { Description = "By default the newest; see backup list." };
        var restore = new Command("restore", "Make a new data folder (--data) of a backup.") { from, keyFile, keysFrom, generation };
        restore.SetAction((parsed, cancellation) => ServerProgram.StartAsync("restore", folderOf(parsed), Given(
            [("--from", parsed.GetRequiredValue(from)), ("--key", parsed.GetRequiredValue(keyFile)), ("--keys-from", parsed.GetValue(keysFrom)), ("--generation", parsed.GetValue(generation))]), cancellation));
        return [backup, restore];

        Task<int> RunAsync(string command, ParseResult parsed, (string Name, string? Value)[] options, CancellationToken cancellation) =>
            ServerProgram.RunAsync(command, folderOf(parsed), Given(options), cancellation);
    }

    private static string[] Given((string Name, string? Value)[] options) =>
        [.. options.Where(option => option.Value is { Length: > 0 }).SelectMany(option => new[] { option.Name, option.Value! })];
}
