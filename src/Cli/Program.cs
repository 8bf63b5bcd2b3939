using System.CommandLine;
using Akashi.Cli.Audit;
using Akashi.Cli.Backup;
using Akashi.Cli.Calendar;
using Akashi.Cli.Connection;
using Akashi.Cli.Doctor;
using Akashi.Cli.Health;
using Akashi.Cli.Mail;
using Akashi.Cli.Operations;
using Akashi.Cli.People;
using Akashi.Cli.Tenants;
using Akashi.Cli.Terminals;
using Akashi.Cli.Traces.Import;
using Akashi.Cli.Traces;
using Akashi.Cli;
using Akashi.Supervisor;

// The command-line client. Everything goes through the REST API, except what must work without a running service.
var clock = TimeProvider.System;
var data = new Option<string>("--data") { Description = "Data folder of the service; also AKASHI_DATA.", Recursive = true };
var query = new Argument<string>("QUERY") { Description = "What to find; * = all. For example: evt:ps subEvt:start MARK" };
var last = new Option<string?>("--last") { Description = "Only the last 30s, 10m, 2h, 7d." };
var from = new Option<string?>("--from") { Description = "Earliest event time, ISO 8601; Japan time without an offset." };
var to = new Option<string?>("--to") { Description = "First event time that is too late." };
var limit = new Option<int>("--limit") { Description = "At most so many traces.", DefaultValueFactory = _ => 100 };
var json = new Option<bool>("--json") { Description = "One JSON object a line." };
var paths = new Argument<string[]>("PATH") { Description = "Batch files, and folders that hold them at any depth.", Arity = ArgumentArity.OneOrMore };
var search = new Option<string?>("--search") { Description = "Start of the computer name, or a whole TMID." };
limit.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() is < 1 or > 1_000_000) result.AddError("--limit must be 1 to 1000000.");
});

var traceSearch = new Command("search", "Show traces, newest first.") { query, last, from, to, limit, json };
traceSearch.SetAction((parsed, cancellation) => WithRangeAsync(parsed, (api, range) =>
    TraceSearch.RunAsync(api, parsed.GetRequiredValue(query), range, parsed.GetValue(limit), parsed.GetValue(json), Console.Out, Console.Error, cancellation)));

var traceCount = new Command("count", "Count traces.") { query, last, from, to };
traceCount.SetAction((parsed, cancellation) => WithRangeAsync(parsed, (api, range) => TraceCount.RunAsync(api, parsed.GetRequiredValue(query), range, Console.Out, cancellation)));

var traceExport = new Command("export", "Write the original lines to standard output, byte for byte, oldest first.") { query, last, from, to };
traceExport.SetAction((parsed, cancellation) => WithRangeAsync(parsed, async (api, range) =>
{
    await using var output = Console.OpenStandardOutput();
    return await TraceExport.RunAsync(api, parsed.GetRequiredValue(query), range, output, cancellation);
}));

var traceImport = new Command("import", "Store batches from elsewhere.") { paths };
traceImport.SetAction((parsed, cancellation) => WithApiAsync(parsed, api =>
    new TraceImport(api, clock).RunAsync(parsed.GetRequiredValue(paths), Console.Error, !Console.IsErrorRedirected, cancellation)));

var terminalList = new Command("list", "Show the terminals.") { search, json };
terminalList.SetAction((parsed, cancellation) => WithApiAsync(parsed, api => TerminalList.RunAsync(api, parsed.GetValue(search), parsed.GetValue(json), Console.Out, Console.Error, cancellation)));

var year = new Argument<int>("YEAR") { Description = "1950 to 2100." };
var calendar = new Command("calendar", "Show holidays and one-off changes of the service's calendar.") { year, json };
calendar.SetAction((parsed, cancellation) => WithApiAsync(parsed, api => CalendarYear.RunAsync(api, parsed.GetRequiredValue(year), parsed.GetValue(json), Console.Out, cancellation)));

var mailLast = new Command("last", "Show the latest mail of the outbox folder, where mail goes without a mail server.");
mailLast.SetAction((parsed, cancellation) => MailLast.RunAsync(FolderOf(parsed), Console.Out, cancellation));

var health = new Command("health", "Show how the service itself fares, for operators.") { json };
health.SetAction((parsed, cancellation) => AsOperatorAsync(parsed, api => HealthCommand.RunAsync(api, parsed.GetValue(json), Console.Out, cancellation)));

var verify = new Command("verify", "Prove the whole archive against its signed log.");
verify.SetAction((parsed, cancellation) => ServerProgram.RunAsync("verify", FolderOf(parsed), cancellation));

var migrate = new Command("migrate", "Bring the database to this version.");
migrate.SetAction((parsed, cancellation) => ServerProgram.RunAsync("migrate", FolderOf(parsed), cancellation));

var doctor = new Command("doctor", "Check this machine and the service, and say what to do.");
doctor.SetAction((parsed, cancellation) => new DoctorCommand(FolderOf(parsed), clock, Console.Out).RunAsync(cancellation));

var root = new RootCommand("Akashi on the command line. Exit codes: 0 done, 1 refused or damaged, 2 wrong usage, 3 service not reachable, 4 not allowed.")
{
    data,
    new Command("trace", "Search, count, export and import traces.") { traceSearch, traceCount, traceExport, traceImport },
    new Command("terminal", "Terminals.") { terminalList },
    UserCommands.Create(WithApiAsync),
    AuditCommands.Create(clock, WithApiAsync),
    TenantCommands.Create(AsOperatorAsync),
    calendar,
    health,
    verify,
    migrate,
    doctor,
};
foreach (var command in BackupCommandLine.Create(FolderOf)) root.Add(command);
foreach (var command in OperationsCommands.Create(AsOperatorAsync, mailLast)) root.Add(command);

// A query may begin with '@', which would otherwise name a file of arguments.
var result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
try
{
    var code = await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    return result.Errors.Count > 0 ? ExitCodes.BadUsage : code;
}
catch (CommandFailure failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return failure.ExitCode;
}
catch (OperationCanceledException)
{
    return ExitCodes.Interrupted;
}
catch (IOException e)
{
    // For example a reader of our output that has gone, or a full disk behind it.
    await Console.Error.WriteLineAsync(e.Message);
    return ExitCodes.Failure;
}

DataFolder FolderOf(ParseResult parsed)
{
    var given = parsed.GetValue(data) ?? Environment.GetEnvironmentVariable("AKASHI_DATA");
    return new DataFolder(Path.TrimEndingDirectorySeparator(Path.GetFullPath(string.IsNullOrEmpty(given) ? ".akashi" : given)));
}

Task<int> WithRangeAsync(ParseResult parsed, Func<ApiConnection, TimeRange, Task<int>> action)
{
    var range = TimeRange.Parse(parsed.GetValue(last), parsed.GetValue(from), parsed.GetValue(to), clock.GetUtcNow());
    return WithApiAsync(parsed, api => action(api, range));
}

async Task<int> WithApiAsync(ParseResult parsed, Func<ApiConnection, Task<int>> action)
{
    using var api = ApiConnection.Open(FolderOf(parsed));
    return await action(api);
}

async Task<int> AsOperatorAsync(ParseResult parsed, Func<ApiConnection, Task<int>> action)
{
    using var api = ApiConnection.Open(FolderOf(parsed), asOperator: true);
    return await action(api);
}
