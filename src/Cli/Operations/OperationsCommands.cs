using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Cli.Connection;
using Akashi.Platform.Calendar;
using Akashi.Supervisor;

namespace Akashi.Cli.Operations;

/// <summary><c>mail last|list|again</c>, <c>job list|runs|run</c> and <c>event list|replay</c>, for operators.</summary>
internal static class OperationsCommands
{
    private const int MaximumPages = 1000;

    /// <param name="withApi">Runs something with the API, as the operator.</param>
    /// <param name="mailLast">What reads the outbox folder without the service.</param>
    public static IEnumerable<Command> Create(Func<ParseResult, Func<ApiConnection, Task<int>>, Task<int>> withApi, Command mailLast)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var state = new Option<string?>("--state") { Description = "waiting, sent or failed." };
        var tenant = new Argument<string>("TENANT") { Description = "The tenant's 32 hex digits, as mail list and event list show them." };
        var mailId = new Argument<string>("MAIL") { Description = "The mail's id." };
        var job = new Argument<string>("NAME") { Description = "The job's name." };
        var consumer = new Argument<string>("CONSUMER") { Description = "The consumer's name." };
        var eventId = new Argument<long>("EVENT") { Description = "The event's number." };

        var mailList = new Command("list", "Show mail of all tenants, newest first.") { state, json };
        mailList.SetAction((parsed, cancellation) => withApi(parsed, api => ListAsync(api, "/api/v1/mail?state=" + Uri.EscapeDataString(parsed.GetValue(state) ?? ""), "rows",
            ["createdAt", "state", "template", "to", "attempts", "note", "tenant", "id"], parsed.GetValue(json), Console.Out, cancellation)));
        var mailAgain = new Command("again", "Send a mail again.") { tenant, mailId };
        mailAgain.SetAction((parsed, cancellation) => withApi(parsed, api => PostAsync(api, $"/api/v1/mail/{Escape(parsed.GetRequiredValue(tenant))}/{Escape(parsed.GetRequiredValue(mailId))}/again", null, cancellation)));

        var jobList = new Command("list", "Show the jobs and their next runs.") { json };
        jobList.SetAction((parsed, cancellation) => withApi(parsed, api => ListAsync(api, "/api/v1/jobs", null, ["name", "title", "schedule", "nextRun"], parsed.GetValue(json), Console.Out, cancellation)));
        var jobRuns = new Command("runs", "Show what ran, newest first.") { json };
        jobRuns.SetAction((parsed, cancellation) => withApi(parsed, api => ListAsync(api, "/api/v1/jobs/runs?", "rows", ["startedAt", "job", "outcome", "cause", "message", "node"], parsed.GetValue(json), Console.Out, cancellation)));
        var jobRun = new Command("run", "Run a job now.") { job };
        jobRun.SetAction((parsed, cancellation) => withApi(parsed, api => PostAsync(api, $"/api/v1/jobs/{Escape(parsed.GetRequiredValue(job))}/run", null, cancellation)));

        var eventList = new Command("list", "Show events that were set aside.") { json };
        eventList.SetAction((parsed, cancellation) => withApi(parsed, api => ListAsync(api, "/api/v1/events?", "setAside", ["publishedAt", "consumer", "type", "attempts", "error", "tenant", "eventId"], parsed.GetValue(json), Console.Out, cancellation)));
        var eventReplay = new Command("replay", "Try an event again that was set aside.") { tenant, consumer, eventId };
        eventReplay.SetAction((parsed, cancellation) => withApi(parsed, api => PostAsync(api, "/api/v1/events/replay",
            new { tenant = parsed.GetRequiredValue(tenant), consumer = parsed.GetRequiredValue(consumer), eventId = parsed.GetRequiredValue(eventId) }, cancellation)));

        yield return new Command("mail", "The outbox, for operators.") { mailLast, mailList, mailAgain };
        yield return new Command("job", "The service's own jobs, for operators.") { jobList, jobRuns, jobRun };
        yield return new Command("event", "Events between modules, for operators.") { eventList, eventReplay };
    }

    /// <summary>Prints a list page by page; the answer names the next page in <c>next</c>.</summary>
    /// <param name="rows">Member that holds the rows; the answer itself when null.</param>
    internal static async Task<int> ListAsync(ApiConnection api, string path, string? rows, string[] columns, bool json, TextWriter output, CancellationToken cancellation)
    {
        var table = new OutputTable(columns);
        string? next = null;
        for (var page = 0; page < MaximumPages; page++)
        {
            using var answer = await api.GetJsonAsync(next is null ? path : $"{path}&before={Uri.EscapeDataString(next)}", cancellation);
            foreach (var row in (rows is null ? answer.RootElement : answer.RootElement.GetProperty(rows)).EnumerateArray())
            {
                if (json) output.WriteLine(JsonLine.Of(row));
                else table.Add([.. columns.Select(column => Text(row, column))]);
            }
            next = rows is not null && answer.RootElement.TryGetProperty("next", out var following) && following.ValueKind != JsonValueKind.Null ? following.ToString() : null;
            if (next is null) break;
        }
        if (!json) table.Write(output);
        return ExitCodes.Success;
    }

    private static async Task<int> PostAsync(ApiConnection api, string path, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await api.SendAsync(request, cancellation);
        return ExitCodes.Success;
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static string Text(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return "";
        return name.EndsWith("At", StringComparison.Ordinal) || name == "nextRun"
            ? value.GetDateTimeOffset().ToOffset(JstDay.Offset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : Printable.Line(value.ToString());
    }
}
