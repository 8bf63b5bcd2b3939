using System.CommandLine;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Cli.Traces.Import;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces;

/// <summary><c>trace …</c>: everything about traces.</summary>
internal static class TraceCommands
{
    public static readonly ApiRoute Search = ApiRoute.Get("/api/v1/traces"), Count = ApiRoute.Get("/api/v1/traces/count"),
        Histogram = ApiRoute.Get("/api/v1/traces/histogram"), Groups = ApiRoute.Get("/api/v1/traces/groups"), Export = ApiRoute.Get("/api/v1/traces/export"), Import = ApiRoute.Put("/api/v1/traces/import/{name}"),
        Rebuild = ApiRoute.Post("/api/v1/traces/rebuild"), Rebuilds = ApiRoute.Get("/api/v1/traces/rebuild"),
        Completion = ApiRoute.Get("/api/v1/traces/completion"), Tail = ApiRoute.Get("/api/v1/traces/tail"),
        ExportRun = ApiRoute.Get("/api/v1/traces/exports/{id}"), ExportStop = ApiRoute.Delete("/api/v1/traces/exports/{id}");

    public static Command Create(TimeProvider clock, WithApi withApi)
    {
        var query = new Argument<string>("QUERY") { Description = Words.Say("What to find; * = all. For example: evt:ps subEvt:start MARK", "探すもの。* はすべて。例: evt:ps subEvt:start MARK") };
        var last = new Option<string?>("--last") { Description = Words.Say("Only the last 30s, 10m, 2h, 7d.", "直近 30s・10m・2h・7d など。") };
        var from = new Option<string?>("--from") { Description = Words.Say("Earliest event time, ISO 8601; Japan time without an offset.", "この日時以降 (ISO 8601。時差がなければ日本時間)。") };
        var to = new Option<string?>("--to") { Description = Words.Say("First event time that is too late.", "この日時より前。") };
        var limit = new Option<int>("--limit") { Description = Words.Say("At most so many traces.", "最大の件数。"), DefaultValueFactory = _ => 100 };
        var json = CallMaker.Json();
        var paths = new Argument<string[]>("PATH") { Description = Words.Say("Batch files, and folders that hold them at any depth.", "証跡ログのファイル、またはそれを含むフォルダー。"), Arity = ArgumentArity.OneOrMore };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1_000_000) result.AddError("--limit must be 1 to 1000000.");
        });

        var search = new ApiCommand("search", Words.Say("Show traces, newest first.", "証跡ログを新しい順に表示。"), Search) { query, last, from, to, limit, json };
        search.SetAction((parsed, cancellation) => WithRangeAsync(parsed, (api, range) =>
            TraceSearch.RunAsync(api, parsed.GetRequiredValue(query), range, parsed.GetValue(limit), parsed.GetValue(json), Console.Out, Console.Error, cancellation)));

        var count = new ApiCommand("count", Words.Say("Count traces.", "件数を表示。"), Count) { query, last, from, to };
        count.SetAction((parsed, cancellation) => WithRangeAsync(parsed, (api, range) => TraceCount.RunAsync(api, parsed.GetRequiredValue(query), range, Console.Out, cancellation)));

        var by = new Argument<string[]>("FIELD") { Description = Words.Say("One to three fields.", "1〜3 個の項目。"), Arity = new ArgumentArity(1, 3) };
        var sum = new Option<string?>("--sum") { Description = Words.Say("Add up the numbers of this field.", "この項目の数値を合計する。") };
        var most = new Option<int>("--limit") { Description = Words.Say("At most so many lines.", "最大の行数。"), DefaultValueFactory = _ => 20 };
        var top = new ApiCommand("top", Words.Say("Show the most frequent values of fields.", "項目の値を多い順に表示。"), Groups) { query, by, last, from, to, sum, most };
        top.SetAction((parsed, cancellation) => WithRangeAsync(parsed, (api, range) =>
            TraceGroups.TopAsync(api, parsed.GetRequiredValue(query), range, parsed.GetRequiredValue(by), parsed.GetValue(sum), parsed.GetValue(most), Console.Out, Console.Error, cancellation)));

        var interval = new Option<string>("--interval") { Description = Words.Say("Width of a step: 30s, 10m, 1h, 1d.", "刻みの幅。30s・10m・1h・1d など。"), DefaultValueFactory = _ => "1h" };
        var histogram = new ApiCommand("histogram", Words.Say("Count traces in steps of time.", "時間ごとの件数を表示。"), Histogram) { query, last, from, to, interval };
        histogram.SetAction((parsed, cancellation) => WithRangeAsync(parsed, (api, range) =>
            TraceGroups.HistogramAsync(api, parsed.GetRequiredValue(query), range, parsed.GetRequiredValue(interval), Console.Out, cancellation)));

        var format = new Option<string>("--format") { Description = Words.Say("original: the lines byte for byte; csv; or jsonl.", "original (元の行そのまま)・csv・jsonl。"), DefaultValueFactory = _ => "original" };
        var columns = new Option<string?>("--columns") { Description = Words.Say("Of a CSV: fields with commas between, and time, computer, tmid, kind, process, what, user, line.", "CSV の列。項目名のほか time・computer・tmid・kind・process・what・user・line をコンマ区切りで。") };
        var file = new Option<string?>("--output") { Description = Words.Say("Write into this file instead of standard output.", "標準出力ではなく、このファイルへ。") };
        var export = new ApiCommand("export", Words.Say("Write all matching traces to standard output, oldest first, with progress on standard error.", "該当するすべての証跡を古い順に標準出力へ。進み具合は標準エラーへ。"), Export, ExportRun, ExportStop) { query, last, from, to, format, columns, file };
        export.SetAction((parsed, cancellation) => WithRangeAsync(parsed, (api, range) => new TraceExport(api, clock, Console.Error, !Console.IsErrorRedirected)
            .RunAsync(new ExportRequest(parsed.GetRequiredValue(query), range, parsed.GetRequiredValue(format), parsed.GetValue(columns), parsed.GetValue(file)), cancellation)));

        var caret = new Option<int?>("--caret") { Description = Words.Say("Where it is to go on, counted from 0; its end without it.", "続きを書く位置 (0 から)。省略すると末尾。") };
        var complete = new ApiCommand("complete", Words.Say("Propose how a query may go on.", "検索式の続きの候補を表示。"), Completion) { query, caret, json };
        complete.SetAction((parsed, cancellation) => withApi(parsed, api =>
            TraceCompletion.RunAsync(api, parsed.GetRequiredValue(query), parsed.GetValue(caret), parsed.GetValue(json), Console.Out, Console.Error, cancellation)));

        var tail = new ApiCommand("tail", Words.Say("Show traces as they are received, until you press Ctrl-C.", "受信した証跡を届いた順に表示 (Ctrl-C で終了)。"), Tail) { query, json };
        tail.SetAction((parsed, cancellation) => withApi(parsed, api =>
            TraceTail.RunAsync(api, parsed.GetRequiredValue(query), parsed.GetValue(json), clock, Console.Out, Console.Error, cancellation)));

        var day = new Option<string?>("--day") { Description = Words.Say("A Japanese calendar day, yyyy-MM-dd; all days without it.", "日本の日付 (yyyy-MM-dd)。省略するとすべての日。") };
        var rebuild = new ApiCommand("rebuild", Words.Say("Make search data anew from the archive, and wait until it is done.", "検索データをアーカイブから作り直し、終わるまで待つ。"), Rebuild, Rebuilds) { day };
        rebuild.SetAction((parsed, cancellation) => withApi(parsed, api => TraceRebuild.RunAsync(api, parsed.GetValue(day), clock, Console.Error, cancellation)));

        var import = new ApiCommand("import", Words.Say("Store batches from elsewhere.", "よそで集めた証跡ログを保存。"), Import) { paths };
        import.SetAction((parsed, cancellation) => withApi(parsed, api =>
            new TraceImport(api, clock).RunAsync(parsed.GetRequiredValue(paths), Console.Error, !Console.IsErrorRedirected, cancellation)));
        return new Command("trace", Words.Say("Search, count, export and import traces.", "証跡ログの検索・件数・出力・取り込み。")) { search, count, top, histogram, export, import, rebuild, complete, tail, SavedCommands.Create(withApi) };

        Task<int> WithRangeAsync(ParseResult parsed, Func<ApiConnection, TimeRange, Task<int>> action)
        {
            var range = TimeRange.Parse(parsed.GetValue(last), parsed.GetValue(from), parsed.GetValue(to), clock.GetUtcNow());
            return withApi(parsed, api => action(api, range));
        }
    }
}
