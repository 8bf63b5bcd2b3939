using System.CommandLine;
using System.Globalization;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces;

/// <summary><c>trace saved list|show|add|change|remove</c>: searches that people keep and share.</summary>
internal static class SavedCommands
{
    private const string Path = "/api/v1/traces/searches";

    public static Command Create(WithApi withApi)
    {
        var calls = new CallMaker(withApi);
        var id = new Argument<string>("ID") { Description = Words.Say("As saved list shows it.", "saved list に表示される ID。") };
        var name = new Option<string>("--name") { Description = Words.Say("What it is called.", "名前。"), Required = true };
        var query = new Option<string>("--query") { Description = Words.Say("What it finds; * = all.", "検索式。* はすべて。"), Required = true };
        var last = new Option<string?>("--last") { Description = Words.Say("10m, 1h, 24h, 7d or all; 24h if no time is given.", "10m・1h・24h・7d・all。期間の指定がなければ 24h。") };
        var from = new Option<string?>("--from") { Description = Words.Say("Earliest event time, ISO 8601; Japan time without an offset.", "この日時以降 (ISO 8601。時差がなければ日本時間)。") };
        var to = new Option<string?>("--to") { Description = Words.Say("First event time that is too late.", "この日時より前。") };
        var oldest = new Option<bool>("--oldest-first") { Description = Words.Say("Oldest traces first.", "古い順に表示。") };
        var shared = new Option<bool>("--shared") { Description = Words.Say("For everybody of the contract who may search.", "契約内で検索できる全員と共有。") };
        Symbol[] parts = [name, query, last, from, to, oldest, shared];
        return new Command("saved", Words.Say("Searches that people keep and share.", "保存した検索。"))
        {
            calls.List("list", Words.Say("Show the shared ones and your own.", "共有の検索と自分の検索の一覧。"), new Rows(ApiRoute.Get(Path), Member: null),
                [new("id", "Id", "ID"), new("name", "Name", "名前"), new("query", "Query", "検索式"), new("last", "Last", "期間"), new("shared", "Shared", "共有"), new("ownerName", "Saved by", "保存した人")]),
            calls.Call("show", Words.Say("Show one.", "1 件を表示。"), ApiRoute.Get(Path + "/{id}"), null, id),
            calls.Call("add", Words.Say("Save a search.", "検索を保存。"), ApiRoute.Post(Path), Body, parts),
            calls.Call("change", Words.Say("Replace what a saved search is.", "保存した検索を置き換える。"), ApiRoute.Put(Path + "/{id}"), Body, [id, .. parts]),
            calls.Call("remove", Words.Say("Delete a saved search.", "保存した検索を削除。"), ApiRoute.Delete(Path + "/{id}"), null, id),
        };

        object Body(ParseResult parsed)
        {
            var times = TimeRange.Parse(null, parsed.GetValue(from), parsed.GetValue(to), default);
            return new
            {
                name = parsed.GetRequiredValue(name),
                query = parsed.GetRequiredValue(query),
                last = parsed.GetValue(last),
                from = times.From?.ToString("O", CultureInfo.InvariantCulture),
                to = times.To?.ToString("O", CultureInfo.InvariantCulture),
                order = parsed.GetValue(oldest) ? "oldest" : "newest",
                shared = parsed.GetValue(shared),
            };
        }
    }
}
