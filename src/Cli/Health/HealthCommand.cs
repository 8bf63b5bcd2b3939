using System.Globalization;
using System.Text.Json;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Health;

/// <summary><c>health</c>: how the service itself fares, for operators. Ends with 1 when a check fails or none has run lately.</summary>
internal static class HealthCommand
{
    public static async Task<int> RunAsync(ApiConnection api, bool json, TextWriter output, CancellationToken cancellation)
    {
        using var answer = await api.GetJsonAsync(HealthCommands.Health.Path, cancellation);
        var health = answer.RootElement;
        var stale = health.GetProperty("stale").GetBoolean();
        var code = stale || health.GetProperty("state").GetString() == "failing" ? ExitCodes.Failure : ExitCodes.Success;
        if (json)
        {
            output.WriteLine(health.GetRawText());
            return code;
        }
        var table = new OutputTable(Words.Say("State", "状態"), Words.Say("Check", "項目"), Words.Say("Since", "いつから"), Words.Say("What to do", "内容と対処"));
        foreach (var check in health.GetProperty("checks").EnumerateArray())
            table.Add(StateOf(check), Words.Say(Text(check, "english"), Text(check, "japanese")), TimeOf(check.GetProperty("since")), Words.Say(Text(check, "englishMessage"), Text(check, "japaneseMessage")));
        table.Write(output);
        if (stale) output.WriteLine(Words.Say("The checks have not run for more than five minutes: make sure that a node with runJobs is running.", "5 分以上、確認が行われていません。runJobs が有効なノードが動いているか確認してください。"));
        return code;
    }

    private static string StateOf(JsonElement check) => check.GetProperty("state").GetString() switch
    {
        "ok" => Words.Say("ok", "正常"),
        "warning" => Words.Say("warning", "注意"),
        "failing" => Words.Say("failing", "異常"),
        _ => Words.Say("unknown", "未確認"),
    };

    private static string Text(JsonElement check, string name) => Printable.Line(check.GetProperty(name).GetString() ?? "");

    private static string TimeOf(JsonElement time) => time.ValueKind == JsonValueKind.Null ? "" : time.GetDateTimeOffset().ToOffset(TimeSpan.FromHours(9)).ToString("yyyy/MM/dd HH:mm", CultureInfo.InvariantCulture);
}
