using System.CommandLine;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Retention;

/// <summary><c>retention list|set|deletions</c>.</summary>
internal static class RetentionCommands
{
    private const string Path = "/api/v1/retention";

    public static Command Create(WithApi withApi)
    {
        var calls = new CallMaker(withApi);
        var kind = new Argument<string>("CLASS") { Description = Words.Say("As retention list shows it.", "retention list に表示される種類。") };
        var days = new Argument<int>("DAYS") { Description = Words.Say("Not fewer than the default.", "既定の日数以上。") };
        return new Command("retention", Words.Say("How long the contract's data is kept.", "データの保管期間。"))
        {
            calls.List("list", Words.Say("Show the periods.", "保管期間の一覧。"), new Rows(ApiRoute.Get(Path), Member: null),
                [new("class", "Class", "種類"), new("days", "Days", "日数"), new("defaultDays", "Default", "既定"), new(Words.Say("english", "japanese"), "What", "内容")]),
            calls.Call("set", Words.Say("Keep a kind of data longer.", "保管期間を延長。"), ApiRoute.Put(Path + "/{class}"), parsed => new { days = parsed.GetRequiredValue(days) }, kind, days),
            calls.List("deletions", Words.Say("Show what was deleted, with proof, newest first.", "削除の記録と証明を新しい順に表示。"), new Rows(ApiRoute.Get(Path + "/deletions"), "items", "before"),
                [new("deletedAt", "Deleted", "削除"), new("class", "Class", "種類"), new("day", "Day", "日"), new("items", "Items", "件数"), new("bytes", "Bytes", "バイト"), new("digest", "Digest", "ダイジェスト")]),
        };
    }
}
