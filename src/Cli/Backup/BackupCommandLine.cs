using System.CommandLine;
using Akashi.Supervisor;

namespace Akashi.Cli.Backup;

/// <summary><c>backup</c>, <c>backup list</c>, <c>backup verify</c> and <c>restore</c>: work of the server program on the data folder.</summary>
internal static class BackupCommandLine
{
    public static IEnumerable<Command> Create(Func<ParseResult, DataFolder> folderOf)
    {
        var to = new Option<string?>("--to") { Description = Words.Say("Folder of the backups; by default backup.to of the settings.", "バックアップのフォルダー。省略時は設定の backup.to。") };
        var key = new Option<string?>("--key") { Description = Words.Say("File with the backup key; by default backup.key in the data folder.", "バックアップの鍵のファイル。省略時はデータフォルダーの backup.key。") };
        var log = new Option<bool>("--log") { Description = Words.Say("Add what changed since the newest generation instead of making a new one.", "新しい世代を作らず、最新の世代からの変更を加える。") };

        var list = new Command("list", Words.Say("Show generations and their runs.", "世代と実行の一覧。")) { to, key };
        list.SetAction((parsed, cancellation) => RunAsync("backup-list", parsed, [("--to", parsed.GetValue(to)), ("--key", parsed.GetValue(key))], cancellation));
        var verify = new Command("verify", Words.Say("Read every byte of the backups and hold it against its digest.", "バックアップを全部読み、ダイジェストと照合。")) { to, key };
        verify.SetAction((parsed, cancellation) => RunAsync("backup-verify", parsed, [("--to", parsed.GetValue(to)), ("--key", parsed.GetValue(key))], cancellation));
        var backup = new Command("backup", Words.Say("Make a backup of the running service.", "稼働中のサービスをバックアップ。")) { to, log, list, verify };
        backup.SetAction((parsed, cancellation) => RunAsync("backup", parsed, [("--to", parsed.GetValue(to)), ("--what", parsed.GetValue(log) ? "log" : null)], cancellation));

        var from = new Argument<string>("FROM") { Description = Words.Say("Folder of the backups.", "バックアップのフォルダー。") };
        var keyFile = new Option<string>("--key") { Description = Words.Say("Copy of the backup key.", "バックアップの鍵の写し。"), Required = true };
        var keysFrom = new Option<string?>("--keys-from") { Description = Words.Say("Folder of the keys' copies; by default FROM-keys.", "鍵の写しのフォルダー。省略時は FROM-keys。") };
        var generation = new Option<string?>("--generation") { Description = Words.Say("By default the newest; see backup list.", "省略時は最新の世代。backup list を参照。") };
        var restore = new Command("restore", Words.Say("Make a new data folder (--data) of a backup.", "バックアップから新しいデータフォルダー (--data) を作成。")) { from, keyFile, keysFrom, generation };
        restore.SetAction((parsed, cancellation) => ServerProgram.StartAsync("restore", folderOf(parsed), Given(
            [("--from", parsed.GetRequiredValue(from)), ("--key", parsed.GetRequiredValue(keyFile)), ("--keys-from", parsed.GetValue(keysFrom)), ("--generation", parsed.GetValue(generation))]), cancellation));
        return [backup, restore];

        Task<int> RunAsync(string command, ParseResult parsed, (string Name, string? Value)[] options, CancellationToken cancellation) =>
            ServerProgram.RunAsync(command, folderOf(parsed), Given(options), cancellation);
    }

    private static string[] Given((string Name, string? Value)[] options) =>
        [.. options.Where(option => option.Value is { Length: > 0 }).SelectMany(option => new[] { option.Name, option.Value! })];
}
