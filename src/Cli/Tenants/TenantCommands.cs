using System.CommandLine;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Tenants;

/// <summary><c>tenant list|show|create|change|limits|suspend|resume|end|take-back</c>, for operators.</summary>
internal static class TenantCommands
{
    private const string One = "/api/v1/tenants/{supportId}";
    private static readonly ApiRoute Tenants = ApiRoute.Get("/api/v1/tenants");

    public static Command Create(WithApi asOperator)
    {
        var calls = new CallMaker(asOperator);
        var supportId = new Argument<string>("SUPPORT-ID") { Description = Words.Say("AK and eight digits.", "AK と数字 8 桁。") };
        var file = new Argument<string>("FILE") { Description = Words.Say("JSON as the API takes it; '-' reads standard input.", "API が受け取る形の JSON。'-' は標準入力。") };
        var days = new Option<int>("--days") { Description = Words.Say("Days until the data is erased, 1 to 90.", "データを消去するまでの日数 1～90。"), DefaultValueFactory = _ => 60 };
        var confirm = new Option<string>("--confirm") { Description = Words.Say("The support id once more.", "確認のため、サポート ID をもう一度。"), Required = true };
        return new Command("tenant", Words.Say("Contracts, for operators.", "契約 (運用者用)。"))
        {
            calls.List("list", Words.Say("Show the contracts.", "契約の一覧。"), new Rows(Tenants, "items", "after", "limit=500"),
                [new("supportId", "Support id", "サポートID"), new("status", "State", "状態"), new("name", "Name", "契約名")],
                new("--search") { Description = Words.Say("Start of a support id, or part of a name.", "サポート ID の先頭、または契約名の一部。") }, new("--status") { Description = "active, suspended, ended, erased." }),
            calls.Call("show", Words.Say("Show one contract.", "契約を表示。"), ApiRoute.Get(One), body: null, supportId),
            calls.Call("create", Words.Say("Register a contract; its administrator gets the account notice by mail.", "契約を登録。管理者にアカウント通知をメールで送ります。"), ApiRoute.Post(Tenants.Path), parsed => BodyFile.ReadJson(parsed.GetRequiredValue(file)), file),
            calls.Call("change", Words.Say("Give a contract the terms of a file.", "契約の内容をファイルのとおりに変更。"), ApiRoute.Put(One), parsed => BodyFile.ReadJson(parsed.GetRequiredValue(file)), supportId, file),
            calls.Call("end", Words.Say("End a contract: locked out at once, erased when the countdown is over.", "契約を終了。すぐに使えなくなり、日数が過ぎるとデータを消去します。"), ApiRoute.Post(One + "/end"),
                parsed => new { supportId = parsed.GetRequiredValue(confirm), countdownDays = parsed.GetValue(days) }, supportId, days, confirm),
            calls.Call("suspend", Words.Say("Lock people out; terminals go on sending.", "利用を止める (端末からの受信は続きます)。"), ApiRoute.Post(One + "/suspend"), body: null, supportId),
            calls.Call("resume", Words.Say("Let people in again.", "利用を再開。"), ApiRoute.Post(One + "/resume"), body: null, supportId),
            calls.Call("take-back", Words.Say("Take back the end while the countdown runs.", "消去される前に、終了を取り消す。"), ApiRoute.Post(One + "/take-back"), body: null, supportId),
            TenantLimits.Of(asOperator, supportId),
        };
    }
}
