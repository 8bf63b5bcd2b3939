using System.CommandLine;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Cli.Traces;
using Akashi.Supervisor;

namespace Akashi.Cli.Audit;

/// <summary><c>audit search|export|csv|verify</c>.</summary>
internal static class AuditCommands
{
    public static readonly ApiRoute Search = ApiRoute.Get("/api/v1/audit");
    private static readonly ApiRoute Export = ApiRoute.Get("/api/v1/audit/export"), Csv = ApiRoute.Get("/api/v1/audit/table.csv");

    public static Command Create(TimeProvider clock, WithApi withApi)
    {
        var actor = new Option<string?>("--actor") { Description = Words.Say("Part of the actor's name or id.", "操作した人の名前か ID の一部。") };
        var action = new Option<string?>("--action") { Description = Words.Say("Id of an action, or its beginning up to a dot: user.", "操作の ID、または点までの先頭 (例: user)。") };
        var target = new Option<string?>("--target") { Description = Words.Say("Part of the target.", "対象の一部。") };
        var last = new Option<string?>("--last") { Description = Words.Say("Only the last 30s, 10m, 2h, 7d.", "直近 30s・10m・2h・7d など。") };
        var from = new Option<string?>("--from") { Description = Words.Say("Earliest time, ISO 8601; Japan time without an offset.", "この日時以降 (ISO 8601。時差がなければ日本時間)。") };
        var to = new Option<string?>("--to") { Description = Words.Say("First time that is too late.", "この日時より前。") };
        var limit = new Option<int>("--limit") { Description = Words.Say("At most so many entries.", "最大の件数。"), DefaultValueFactory = _ => 100 };
        var json = CallMaker.Json();
        var key = new Option<string?>("--key") { Description = Words.Say("Fingerprint of the service's key, as its audit page shows it; another key is refused.", "サービスの監査ログ画面に表示される鍵の指紋。違う鍵は拒否します。") };
        var file = new Argument<string>("FILE") { Description = Words.Say("What 'audit export' or the audit page saved.", "audit export または監査ログ画面で保存したファイル。") };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1_000_000) result.AddError("--limit must be 1 to 1000000.");
        });

        var search = new ApiCommand("search", Words.Say("Show entries, newest first.", "記録を新しい順に表示。"), Search) { actor, action, target, last, from, to, limit, json };
        search.SetAction((parsed, cancellation) => withApi(parsed, api =>
            AuditSearchCommand.RunAsync(api, QueryOf(parsed), parsed.GetValue(limit), parsed.GetValue(json), Console.Out, cancellation)));
        var verify = new Command("verify", Words.Say("Prove an export, without any service.", "書き出したファイルを、サービスなしで検証。")) { file, key };
        verify.SetAction((parsed, cancellation) => AuditVerifyCommand.RunAsync(parsed.GetRequiredValue(file), parsed.GetValue(key), Console.Out, cancellation));
        return new Command("audit", Words.Say("The audit log: search, export, and prove an export.", "監査ログの検索・出力・検証。"))
        {
            search,
            Copy("export", Words.Say("Write entries with their proofs to standard output, for 'audit verify'.", "記録と証明を標準出力へ (audit verify 用)。"), Export),
            Copy("csv", Words.Say("Write entries to standard output as CSV, for spreadsheets.", "記録を CSV で標準出力へ (表計算ソフト用)。"), Csv),
            verify,
        };

        ApiCommand Copy(string name, string about, ApiRoute route)
        {
            var command = new ApiCommand(name, about, route) { actor, action, target, last, from, to };
            command.SetAction((parsed, cancellation) => withApi(parsed, async api =>
            {
                await using var output = Console.OpenStandardOutput();
                return await api.CopyAsync($"{route.Path}?{QueryOf(parsed).TrimStart('&')}", output, cancellation);
            }));
            return command;
        }

        string QueryOf(ParseResult parsed)
        {
            var range = TimeRange.Parse(parsed.GetValue(last), parsed.GetValue(from), parsed.GetValue(to), clock.GetUtcNow());
            return string.Concat(new[] { ("actor", parsed.GetValue(actor)), ("action", parsed.GetValue(action)), ("target", parsed.GetValue(target)) }
                .Where(condition => !string.IsNullOrEmpty(condition.Item2)).Select(condition => $"&{condition.Item1}={Uri.EscapeDataString(condition.Item2!)}")) + range.ToQuery();
        }
    }
}
