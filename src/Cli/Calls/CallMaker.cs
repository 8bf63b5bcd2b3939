using System.CommandLine;
using System.Text.Json;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Calls;

/// <summary>Runs something with the API of the service that the command line names.</summary>
internal delegate Task<int> WithApi(ParseResult parsed, Func<ApiConnection, Task<int>> action);

/// <summary>
/// Makes commands that are one call of the API. Arguments fill the route's places from left to right; of a list, options are conditions of the
/// same name.
/// </summary>
internal sealed class CallMaker(WithApi withApi)
{
    public static Option<bool> Json() => new("--json") { Description = Words.Say("One JSON object a line.", "1 行に 1 つの JSON を出力。") };

    /// <summary>Every row; of a history, whose cursor is <c>before</c>, the newest page unless all are asked for.</summary>
    public ApiCommand List(string name, string description, Rows rows, Column[] columns, params Option<string?>[] conditions)
    {
        var (json, all) = (Json(), new Option<bool>("--all") { Description = Words.Say("The older ones too.", "古いものもすべて表示。") });
        var history = rows.Cursor == "before";
        var command = new ApiCommand(name, description, rows.Route) { json };
        if (history) command.Add(all);
        foreach (var condition in conditions) command.Add(condition);
        command.SetAction((parsed, cancellation) => withApi(parsed, api =>
            rows.PrintAsync(api, Conditions(parsed, conditions), !history || parsed.GetValue(all), columns, parsed.GetValue(json), Console.Out, Console.Error, cancellation)));
        return command;
    }

    /// <summary>One call, and its answer shown member by member.</summary>
    /// <param name="body">What is sent; null sends nothing.</param>
    public ApiCommand Call(string name, string description, ApiRoute route, Func<ParseResult, object?>? body, params Symbol[] parts)
    {
        var json = Json();
        var command = new ApiCommand(name, description, route) { json };
        foreach (var part in parts) Add(command, part);
        var places = parts.OfType<Argument<string>>().Take(route.Places).ToArray();
        command.SetAction((parsed, cancellation) => withApi(parsed, async api =>
        {
            using var answer = await api.CallAsync(route.Method, route.At(places.Select(place => parsed.GetRequiredValue(place))), body?.Invoke(parsed), cancellation);
            return Show(answer, parsed.GetValue(json), Console.Out);
        }));
        return command;
    }

    internal static int Show(JsonDocument? answer, bool json, TextWriter output)
    {
        if (answer is null) output.WriteLine(Words.Say("Done.", "実行しました。"));
        else if (json || answer.RootElement.ValueKind != JsonValueKind.Object) output.WriteLine(JsonLine.Of(answer.RootElement));
        else
            foreach (var member in answer.RootElement.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
                output.WriteLine($"{member.Name,-22} {Column.Text(member.Name, member.Value)}");
        return ExitCodes.Success;
    }

    private static void Add(Command command, Symbol part)
    {
        if (part is Argument argument) command.Add(argument);
        else command.Add((Option)part);
    }

    private static string Conditions(ParseResult parsed, Option<string?>[] conditions) => string.Join('&',
        conditions.Select(condition => (condition.Name, Value: parsed.GetValue(condition))).Where(one => !string.IsNullOrEmpty(one.Value)).Select(one => $"{one.Name.TrimStart('-')}={Uri.EscapeDataString(one.Value!)}"));
}
