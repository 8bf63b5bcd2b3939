using System.CommandLine;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Health;

/// <summary><c>health</c> and <c>maintenance list|announce|remove</c>, for operators.</summary>
internal static class HealthCommands
{
    public static readonly ApiRoute Health = ApiRoute.Get("/api/v1/health");
    private const string Maintenance = "/api/v1/health/maintenance";

    public static IEnumerable<Command> Create(WithApi asOperator)
    {
        var calls = new CallMaker(asOperator);
        var json = CallMaker.Json();
        var health = new ApiCommand("health", Words.Say("Show how the service itself fares, for operators.", "サービス自体の状態を表示 (運用者用)。"), Health) { json };
        health.SetAction((parsed, cancellation) => asOperator(parsed, api => HealthCommand.RunAsync(api, parsed.GetValue(json), Console.Out, cancellation)));
        yield return health;

        var id = new Argument<string>("ID") { Description = Words.Say("As maintenance list shows it.", "maintenance list に表示される ID。") };
        var from = new Argument<string>("FROM") { Description = "yyyy-MM-ddTHH:mm (JST)" };
        var to = new Argument<string>("TO") { Description = "yyyy-MM-ddTHH:mm (JST)" };
        var note = new Argument<string>("NOTE") { Description = Words.Say("What is done.", "作業の内容。") };
        yield return new Command("maintenance", Words.Say("Announced maintenance, during which alarms are silent.", "予定したメンテナンス。その間は警報を送りません。"))
        {
            calls.List("list", Words.Say("Show what is announced.", "予定の一覧。"), new Rows(Health, "maintenance"), [new("from", "From", "開始"), new("to", "To", "終了"), new("note", "Note", "内容"), new("id", "Id", "ID")]),
            calls.Call("announce", Words.Say("Announce maintenance.", "予定を登録。"), ApiRoute.Post(Maintenance),
                parsed => new { from = parsed.GetRequiredValue(from), to = parsed.GetRequiredValue(to), note = parsed.GetRequiredValue(note) }, from, to, note),
            calls.Call("remove", Words.Say("Take an announcement back.", "予定を取り消す。"), ApiRoute.Delete(Maintenance + "/{id}"), body: null, id),
        };
    }
}
