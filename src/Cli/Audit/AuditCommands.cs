using System.CommandLine;
using Akashi.Cli.Connection;
using Akashi.Cli.Traces;

namespace Akashi.Cli.Audit;

/// <summary><c>audit search|export|verify</c>.</summary>
internal static class AuditCommands
{
    /// <param name="withApi">Runs something with the API of the service that the command line names.</param>
    public static Command Create(TimeProvider clock, Func<ParseResult, Func<ApiConnection, Task<int>>, Task<int>> withApi)
    {
        var actor = new Option<string?>("--actor") { Description = "Part of the actor's name or id." };
        var action = new Option<string?>("--action") { Description = "Id of an action, or its beginning up to a dot: user." };
        var target = new Option<string?>("--target") { Description = "Part of the target." };
        var last = new Option<string?>("--last") { Description = "Only the last 30s, 10m, 2h, 7d." };
        var from = new Option<string?>("--from") { Description = "Earliest time, ISO 8601; Japan time without an offset." };
        var to = new Option<string?>("--to") { Description = "First time that is too late." };
        var limit = new Option<int>("--limit") { Description = "At most so many entries.", DefaultValueFactory = _ => 100 };
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var key = new Option<string?>("--key") { Description = "Fingerprint of the service's key, as its audit page shows it; another key is refused." };
        var file = new Argument<string>("FILE") { Description = "What 'audit export' or the audit page saved." };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1_000_000) result.AddError("--limit must be 1 to 1000000.");
        });

        var search = new Command("search", "Show entries, newest first.") { actor, action, target, last, from, to, limit, json };
        search.SetAction((parsed, cancellation) => withApi(parsed, api =>
            AuditSearchCommand.RunAsync(api, QueryOf(parsed), parsed.GetValue(limit), parsed.GetValue(json), Console.Out, cancellation)));

        var export = new Command("export", "Write entries with their proofs to standard output, for 'audit verify'.") { actor, action, target, last, from, to };
        export.SetAction((parsed, cancellation) => withApi(parsed, async api =>
        {
            await using var output = Console.OpenStandardOutput();
            return await AuditExportCommand.RunAsync(api, QueryOf(parsed), output, cancellation);
        }));

        var verify = new Command("verify", "Prove an export, without any service.") { file, key };
        verify.SetAction((parsed, cancellation) => AuditVerifyCommand.RunAsync(parsed.GetRequiredValue(file), parsed.GetValue(key), Console.Out, cancellation));
        return new Command("audit", "The audit log: search, export, and prove an export.") { search, export, verify };

        string QueryOf(ParseResult parsed)
        {
            var range = TimeRange.Parse(parsed.GetValue(last), parsed.GetValue(from), parsed.GetValue(to), clock.GetUtcNow());
            return string.Concat(new[] { ("actor", parsed.GetValue(actor)), ("action", parsed.GetValue(action)), ("target", parsed.GetValue(target)) }
                .Where(condition => !string.IsNullOrEmpty(condition.Item2)).Select(condition => $"&{condition.Item1}={Uri.EscapeDataString(condition.Item2!)}")) + range.ToQuery();
        }
    }
}
