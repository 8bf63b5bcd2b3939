using System.CommandLine;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Operations;

/// <summary><c>mail last|list|again</c>, <c>job list|runs|run</c> and <c>event list|replay|replay-since</c>, for operators.</summary>
internal static class OperationsCommands
{
    private const string Jobs = "/api/v1/jobs", Events = "/api/v1/events";
    private static readonly ApiRoute Mail = ApiRoute.Get("/api/v1/mail");

    private static readonly Column[] MailColumns =
    [
        new("createdAt", "Made", "作成"), new("state", "State", "状態"), new("template", "Kind", "種類"), new("to", "To", "宛先"), new("attempts", "Attempts", "回数"), new("note", "Note", "応答"), new("tenant", "Tenant", "契約"), new("id", "Id", "ID"),
    ];

    private static readonly Column[] RunColumns =
    [
        new("startedAt", "Started", "開始"), new("job", "Job", "ジョブ"), new("outcome", "Outcome", "結果"), new("cause", "Cause", "きっかけ"), new("message", "Message", "内容"), new("node", "Node", "ノード"),
    ];

    private static readonly Column[] EventColumns =
    [
        new("publishedAt", "Published", "発行"), new("consumer", "Consumer", "処理"), new("type", "Event", "イベント"), new("attempts", "Attempts", "回数"), new("error", "Error", "エラー"), new("tenant", "Tenant", "契約"), new("eventId", "Number", "番号"),
    ];

    /// <param name="mailLast">What reads the outbox folder without the service.</param>
    public static IEnumerable<Command> Create(WithApi asOperator, Command mailLast)
    {
        var calls = new CallMaker(asOperator);
        var tenant = new Argument<string>("TENANT") { Description = Words.Say("The tenant's 32 hex digits, as the list shows them.", "一覧に表示される契約の 16 進数 32 桁。") };
        var mail = new Argument<string>("MAIL") { Description = Words.Say("The mail's id.", "メールの ID。") };
        var job = new Argument<string>("NAME") { Description = Words.Say("The job's name.", "ジョブの名前。") };
        var consumer = new Argument<string>("CONSUMER") { Description = Words.Say("The consumer's name.", "処理の名前。") };
        var number = new Argument<long>("EVENT") { Description = Words.Say("The event's number.", "イベントの番号。") };
        var since = new Argument<string>("SINCE") { Description = "2026-04-01T09:00:00+09:00" };

        yield return new Command("mail", Words.Say("The outbox, for operators.", "送信箱 (運用者用)。"))
        {
            mailLast,
            calls.List("list", Words.Say("Show mail of all tenants, newest first.", "全契約のメールを新しい順に表示。"), new Rows(Mail, "rows", "before"), MailColumns, new Option<string?>("--state") { Description = "waiting, sent, failed." }),
            calls.Call("again", Words.Say("Send a mail again.", "メールを再送。"), ApiRoute.Post(Mail.Path + "/{tenant}/{id}/again"), body: null, tenant, mail),
        };
        yield return new Command("job", Words.Say("The service's own jobs, for operators.", "サービスのジョブ (運用者用)。"))
        {
            calls.List("list", Words.Say("Show the jobs and their next runs.", "ジョブと次回の実行。"), new Rows(ApiRoute.Get(Jobs), Member: null), [new("name", "Name", "名前"), new("title", "Title", "内容"), new("times", "Schedule (JST)", "予定 (JST)"), new("nextRun", "Next run", "次回")]),
            calls.List("runs", Words.Say("Show what ran, newest first.", "実行の記録を新しい順に表示。"), new Rows(ApiRoute.Get(Jobs + "/runs"), "rows", "before"), RunColumns, new Option<string?>("--job") { Description = job.Description }),
            calls.Call("run", Words.Say("Run a job now.", "今すぐ実行。"), ApiRoute.Post(Jobs + "/{name}/run"), body: null, job),
        };
        yield return new Command("event", Words.Say("Events between modules, for operators.", "モジュール間のイベント (運用者用)。"))
        {
            calls.List("list", Words.Say("Show events that were set aside, newest first.", "保留されたイベントを新しい順に表示。"), new Rows(ApiRoute.Get(Events), "setAside", "before"), EventColumns),
            calls.Call("replay", Words.Say("Try an event again that was set aside.", "保留されたイベントを再実行。"), ApiRoute.Post(Events + "/replay"),
                parsed => new { tenant = parsed.GetRequiredValue(tenant), consumer = parsed.GetRequiredValue(consumer), eventId = parsed.GetRequiredValue(number) }, tenant, consumer, number),
            calls.Call("replay-since", Words.Say("Give a consumer all its events since a time once more.", "ある日時以降の全イベントを、もう一度処理させる。"), ApiRoute.Post(Events + "/replay-since"),
                parsed => new { consumer = parsed.GetRequiredValue(consumer), since = parsed.GetRequiredValue(since) }, consumer, since),
        };
    }
}
