using System.CommandLine;
using Akashi.Cli.Access;
using Akashi.Cli.Audit;
using Akashi.Cli.Backup;
using Akashi.Cli.Calendar;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Cli.Doctor;
using Akashi.Cli.Health;
using Akashi.Cli.Mail;
using Akashi.Cli.Operations;
using Akashi.Cli.People;
using Akashi.Cli.Retention;
using Akashi.Cli.Tenants;
using Akashi.Cli.Terminals;
using Akashi.Cli.Traces;
using Akashi.Supervisor;

namespace Akashi.Cli;

/// <summary>Every command. All goes through the REST API, except what must work without a running service.</summary>
internal static class CommandTree
{
    public static RootCommand Create(TimeProvider clock)
    {
        var data = new Option<string>("--data") { Description = Words.Say("Data folder of the service; also AKASHI_DATA.", "サービスのデータフォルダー。AKASHI_DATA でも指定できます。"), Recursive = true };
        var mailLast = new Command("last", Words.Say("Show the latest mail of the outbox folder, where mail goes without a mail server.", "outbox フォルダーの最新のメールを表示 (メールサーバーがない場合の保存先)。"));
        mailLast.SetAction((parsed, cancellation) => MailLast.RunAsync(FolderOf(parsed), Console.Out, cancellation));
        var verify = new Command("verify", Words.Say("Prove the whole archive against its signed log.", "保管したログ全体を署名付きの記録と照合。"));
        verify.SetAction((parsed, cancellation) => ServerProgram.RunAsync("verify", FolderOf(parsed), cancellation));
        var migrate = new Command("migrate", Words.Say("Bring the database to this version.", "データベースをこの版に更新。"));
        migrate.SetAction((parsed, cancellation) => ServerProgram.RunAsync("migrate", FolderOf(parsed), cancellation));
        var doctor = new Command("doctor", Words.Say("Check this machine and the service, and say what to do.", "マシンとサービスを点検し、対処を表示。"));
        doctor.SetAction((parsed, cancellation) => new DoctorCommand(FolderOf(parsed), clock, Console.Out).RunAsync(cancellation));

        var root = new RootCommand(Words.Say(
            "Akashi on the command line. Exit codes: 0 done, 1 refused or damaged, 2 wrong usage, 3 service not reachable, 4 not allowed.",
            "Akashi のコマンド。終了コード: 0 完了、1 受付不可・破損、2 使い方の誤り、3 サービスに接続できない、4 権限がない。")) { data };
        Command[] commands =
        [
            TraceCommands.Create(clock, AsCustomerAsync), TerminalCommands.Create(AsCustomerAsync), UserCommands.Create(AsCustomerAsync), .. RightsCommands.Create(AsCustomerAsync),
            AuditCommands.Create(clock, AsCustomerAsync), RetentionCommands.Create(AsCustomerAsync), MailServerCommands.Create(AsCustomerAsync), .. AccessCommands.Create(AsCustomerAsync, AsOperatorAsync),
            TenantCommands.Create(AsOperatorAsync), .. OperationsCommands.Create(AsOperatorAsync, mailLast), .. HealthCommands.Create(AsOperatorAsync),
            CalendarCommands.Create(clock, AsCustomerAsync, AsOperatorAsync), .. BackupCommandLine.Create(FolderOf), verify, migrate, doctor,
        ];
        foreach (var command in commands) root.Add(command);
        return root;

        DataFolder FolderOf(ParseResult parsed)
        {
            var given = parsed.GetValue(data) ?? Environment.GetEnvironmentVariable("AKASHI_DATA");
            return new DataFolder(Path.TrimEndingDirectorySeparator(Path.GetFullPath(string.IsNullOrEmpty(given) ? ".akashi" : given)));
        }

        async Task<int> AsCustomerAsync(ParseResult parsed, Func<ApiConnection, Task<int>> action)
        {
            using var api = ApiConnection.Open(FolderOf(parsed));
            return await action(api);
        }

        async Task<int> AsOperatorAsync(ParseResult parsed, Func<ApiConnection, Task<int>> action)
        {
            using var api = ApiConnection.Open(FolderOf(parsed), asOperator: true);
            return await action(api);
        }
    }
}
