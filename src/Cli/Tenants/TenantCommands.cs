using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Tenants;

/// <summary><c>tenant list|show|create|suspend|resume|end|take-back</c>, for operators.</summary>
internal static class TenantCommands
{
    private const int PageSize = 500;

    /// <param name="withApi">Runs something with the API, as the operator.</param>
    public static Command Create(Func<ParseResult, Func<ApiConnection, Task<int>>, Task<int>> withApi)
    {
        var search = new Option<string?>("--search") { Description = "Start of a support id, or part of a name." };
        var status = new Option<string?>("--status") { Description = "active, suspended, ended or erased." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var supportId = new Argument<string>("SUPPORT-ID") { Description = "AK and eight digits." };
        var file = new Argument<string>("FILE") { Description = "JSON as POST /api/v1/tenants takes it; '-' reads standard input." };
        var days = new Option<int>("--days") { Description = "Days until the data is erased, 1 to 90.", DefaultValueFactory = _ => 60 };
        var confirm = new Option<string>("--confirm") { Description = "The support id once more.", Required = true };

        var list = new Command("list", "Show the contracts.") { search, status, json };
        list.SetAction((parsed, cancellation) => withApi(parsed, api => ListAsync(api, parsed.GetValue(search), parsed.GetValue(status), parsed.GetValue(json), Console.Out, cancellation)));
        var show = new Command("show", "Show one contract.") { supportId };
        show.SetAction((parsed, cancellation) => withApi(parsed, async api =>
        {
            using var answer = await api.GetJsonAsync(PathOf(parsed.GetRequiredValue(supportId)), cancellation);
            return Print(answer);
        }));
        var create = new Command("create", "Register a contract; its administrator gets the account notice by mail.") { file };
        create.SetAction((parsed, cancellation) => withApi(parsed, api => CreateAsync(api, parsed.GetRequiredValue(file), cancellation)));
        var end = new Command("end", "End a contract: locked out at once, erased when the countdown is over.") { supportId, days, confirm };
        end.SetAction((parsed, cancellation) => withApi(parsed, api => PostAsync(api, parsed.GetRequiredValue(supportId), "end",
            new { supportId = parsed.GetRequiredValue(confirm), countdownDays = parsed.GetValue(days) }, cancellation)));
        return new Command("tenant", "Contracts, for operators.")
        {
            list, show, create, end,
            Step("suspend", "Lock people out; terminals go on sending."),
            Step("resume", "Let people in again."),
            Step("take-back", "Take back the end while the countdown runs."),
        };

        Command Step(string name, string description)
        {
            var command = new Command(name, description) { supportId };
            command.SetAction((parsed, cancellation) => withApi(parsed, api => PostAsync(api, parsed.GetRequiredValue(supportId), name, null, cancellation)));
            return command;
        }
    }

    private static async Task<int> ListAsync(ApiConnection api, string? search, string? status, bool json, TextWriter output, CancellationToken cancellation)
    {
        var table = json ? null : new OutputTable(Words.Say("Support id", "サポートID"), Words.Say("State", "状態"), Words.Say("Name", "契約名"));
        string? after = null;
        do
        {
            var conditions = new[] { ("search", search), ("status", status), ("after", after) }.Where(condition => condition.Item2 is not null).Select(condition => $"&{condition.Item1}={Uri.EscapeDataString(condition.Item2!)}");
            using var page = await api.GetJsonAsync($"/api/v1/tenants?limit={PageSize}{string.Concat(conditions)}", cancellation);
            foreach (var row in page.RootElement.GetProperty("items").EnumerateArray())
            {
                if (table is null) output.WriteLine(row.GetRawText());
                else table.Add(Printable.Line(row.GetProperty("supportId").ToString()), Printable.Line(row.GetProperty("status").ToString()), Printable.Line(row.GetProperty("name").ToString()));
            }
            after = page.RootElement.GetProperty("next").GetString();
        }
        while (after is not null);
        table?.Write(output);
        return ExitCodes.Success;
    }

    private static async Task<int> CreateAsync(ApiConnection api, string file, CancellationToken cancellation)
    {
        var text = file == "-" ? await Console.In.ReadToEndAsync(cancellation) : await File.ReadAllTextAsync(file, cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tenants") { Content = new StringContent(text, System.Text.Encoding.UTF8, "application/json") };
        return await SendAsync(api, request, cancellation);
    }

    private static async Task<int> PostAsync(ApiConnection api, string supportId, string step, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{PathOf(supportId)}/{step}") { Content = body is null ? null : JsonContent.Create(body) };
        return await SendAsync(api, request, cancellation);
    }

    private static async Task<int> SendAsync(ApiConnection api, HttpRequestMessage request, CancellationToken cancellation)
    {
        using var answer = await api.SendAsync(request, cancellation);
        using var document = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
        return Print(document);
    }

    private static int Print(JsonDocument document)
    {
        foreach (var member in document.RootElement.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
            Console.Out.WriteLine($"{member.Name,-22} {Printable.Line(member.Value.ToString())}");
        return ExitCodes.Success;
    }

    private static string PathOf(string supportId) => "/api/v1/tenants/" + Uri.EscapeDataString(supportId);
}
