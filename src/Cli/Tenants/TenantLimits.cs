using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Tenants;

/// <summary>
/// <c>tenant limits SUPPORT-ID</c> shows how much a contract may use and did use; with options it sets what differs from the plan.
/// <c>contract-limits</c> shows the own ones.
/// </summary>
internal static class TenantLimits
{
    private static readonly ApiRoute Show = ApiRoute.Get("/api/v1/tenants/{supportId}/limits"), Set = ApiRoute.Put(Show.Path), ShowOwn = ApiRoute.Get("/api/v1/contract/limits");
    private static readonly string[] Limits = ["requestsPerSecond", "requestBurst", "ingestBytesPerSecond", "ingestBurstBytes", "searches"];

    public static Command Own(WithApi withApi)
    {
        var json = CallMaker.Json();
        var command = new ApiCommand("contract-limits", Words.Say("Show how much of the service the own contract may use.", "自分の契約の利用上限を表示。"), ShowOwn) { json };
        command.SetAction((parsed, cancellation) => withApi(parsed, async api =>
        {
            using var answer = await api.GetJsonAsync(ShowOwn.Path, cancellation);
            return Print(answer, parsed.GetValue(json), Console.Out);
        }));
        return command;
    }

    public static Command Of(WithApi withApi, Argument<string> supportId)
    {
        Option<long?>[] set =
        [
            new("--requests") { Description = Words.Say("Requests a second.", "毎秒の要求の件数。") },
            new("--request-burst") { Description = Words.Say("Requests at once after a quiet time.", "一時的な要求の件数。") },
            new("--ingest") { Description = Words.Say("Bytes of traces a second.", "毎秒の証跡のバイト数。") },
            new("--ingest-burst") { Description = Words.Say("Bytes of traces at once after a quiet time.", "一時的な証跡のバイト数。") },
            new("--searches") { Description = Words.Say("Searches and exports at once.", "同時に行う検索・出力の件数。") },
        ];
        var (json, plan) = (CallMaker.Json(), new Option<bool>("--plan") { Description = Words.Say("Take back all that was set: as the contract's plan says.", "個別の設定をすべて取り消し、プランの値に戻す。") });
        var command = new ApiCommand("limits", Words.Say("Show or set how much of the service a contract may use.", "契約の利用上限を表示・変更。"), Show, Set) { supportId, plan, json };
        foreach (var option in set) command.Add(option);
        command.SetAction((parsed, cancellation) => withApi(parsed, async api =>
        {
            using var answer = await RunAsync(api, Set.At([parsed.GetRequiredValue(supportId)]), [.. set.Select(option => parsed.GetValue(option))], parsed.GetValue(plan), cancellation);
            return Print(answer, parsed.GetValue(json), Console.Out);
        }));
        return command;
    }

    private static async Task<JsonDocument> RunAsync(ApiConnection api, string path, long?[] wanted, bool plan, CancellationToken cancellation)
    {
        var before = await api.GetJsonAsync(path, cancellation);
        if (!plan && wanted.All(limit => limit is null)) return before;
        using (before)
        {
            // The service takes all limits at once; those that are not named stay as they are.
            var own = before.RootElement.GetProperty("own");
            var body = Limits.Select((name, i) => (name, Value: wanted[i] ?? (plan || own.GetProperty(name).ValueKind == JsonValueKind.Null ? null : own.GetProperty(name).GetInt64())))
                .ToDictionary(limit => limit.name, limit => limit.Value, StringComparer.Ordinal);
            return (await api.CallAsync(HttpMethod.Put, path, body, cancellation))!;
        }
    }

    private static int Print(JsonDocument answer, bool json, TextWriter output)
    {
        if (json) return CallMaker.Show(answer, json, output);
        var limits = new OutputTable(Words.Say("Limit", "上限"), Words.Say("In force", "現在の値"), Words.Say("Plan", "プランの値"));
        foreach (var name in Limits) limits.Add(name, Number(answer.RootElement.GetProperty("limits").GetProperty(name)), Number(answer.RootElement.GetProperty("plan").GetProperty(name)));
        limits.Write(output);
        output.WriteLine();
        var use = new OutputTable(Words.Say("Use", "使用"), Words.Say("1 h", "1 時間"), Words.Say("refused", "超過"), Words.Say("24 h", "24 時間"), Words.Say("refused", "超過"));
        foreach (var row in answer.RootElement.GetProperty("use").EnumerateArray())
            use.Add(Printable.Line(row.GetProperty("kind").ToString()), Number(row.GetProperty("usedLastHour")), Number(row.GetProperty("refusedLastHour")), Number(row.GetProperty("usedLastDay")), Number(row.GetProperty("refusedLastDay")));
        use.Write(output);
        return ExitCodes.Success;
    }

    private static string Number(JsonElement number) => number.GetInt64().ToString("N0", CultureInfo.InvariantCulture);
}
