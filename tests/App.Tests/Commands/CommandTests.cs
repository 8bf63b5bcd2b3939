using System.Text.Json;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Commands;

/// <summary>The client's commands against the real service, as an administrator and an operator type them.</summary>
[Collection(SharedService.Name)]
public sealed class CommandTests(ServiceFixture fixture)
{
    [Fact]
    public async Task People_FromTheCommandLine_AreManaged()
    {
        Needs.LongRun("some twenty processes, one after another");
        await DoneAsync("user", "add", "taro", "--name", "山田 太郎", "--mail", "taro@a.example");
        var role = (await JsonAsync("role", "add", "監査 担当", "--permission", "audit.read", "traces.search")).GetProperty("key").GetString()!;
        await DoneAsync("user", "change", "TARO", "--role", role);
        Assert.Contains("監査 担当", await DoneAsync("user", "show", "taro"), StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("role", "remove", role)).Code); // somebody holds it
        await DoneAsync("user", "change", "taro", "--role", "user", "--name", "山田 次郎");
        await DoneAsync("role", "change", role, "監査 担当", "--permission", "audit.read");
        Assert.Contains("監査 担当", await DoneAsync("role", "list"), StringComparison.Ordinal);
        await DoneAsync("role", "remove", role);
        await DoneAsync("user", "suspend", "taro");
        Assert.Contains("suspended", await DoneAsync("user", "list", "--state", "suspended"), StringComparison.Ordinal);
        await DoneAsync("user", "reactivate", "taro");
        await DoneAsync("user", "send-link", "taro");
        await DoneAsync("user", "sessions", "taro");
        await DoneAsync("user", "sign-out", "taro");
        var token = await JsonAsync("token", "add", "日次の集計", "--permission", "traces.search", "--days", "7");
        Assert.StartsWith("akt_", token.GetProperty("token").GetString(), StringComparison.Ordinal);
        Assert.Contains("日次の集計", await DoneAsync("token", "list"), StringComparison.Ordinal);
        await DoneAsync("token", "revoke", token.GetProperty("id").GetString()!);
        Assert.Contains("password+mail", await DoneAsync("sign-in-policy", "show"), StringComparison.Ordinal);
        await DoneAsync("sign-in-policy", "set", "password+mail");
        Assert.Contains("user.change", await DoneAsync("audit", "csv", "--target", "taro"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Access_AskedByTheOperator_IsGrantedAndEndedByTheCustomer()
    {
        var contract = await JsonAsync("contract");
        var asked = await JsonAsync("access", "ask", contract.GetProperty("supportId").GetString()!, "--reason", "お問い合わせの調査のため", "--permission", "traces.search", "--minutes", "15");
        var id = asked.GetProperty("id").GetString()!;
        Assert.Contains("お問い合わせの調査のため", await DoneAsync("consent", "list"), StringComparison.Ordinal);
        await DoneAsync("consent", "grant", id);
        Assert.Equal("granted", (await JsonAsync("access", "list")).GetProperty("status").GetString());
        await DoneAsync("consent", "close", id);
        Assert.Equal(1, (await RunAsync("access", "close", contract.GetProperty("supportId").GetString()!, id)).Code); // it is over
    }

    [Fact]
    public async Task Settings_FromTheCommandLine_AreShownAndChanged()
    {
        Needs.LongRun("some twenty processes, one after another");
        Assert.Contains("AK", await DoneAsync("whoami") + await DoneAsync("contract"), StringComparison.Ordinal);
        Assert.StartsWith("ake_", (await JsonAsync("terminal", "token")).GetProperty("token").GetString(), StringComparison.Ordinal);
        var kind = (await JsonAsync("retention", "list")).GetProperty("class").GetString()!;
        var days = (await JsonAsync("retention", "list")).GetProperty("defaultDays").GetInt32() + 1;
        Assert.Equal(days, (await JsonAsync("retention", "set", kind, $"{days}")).GetProperty("days").GetInt32());
        await DoneAsync("retention", "deletions", "--all");
        Assert.Equal(1, (await RunAsync("mail-server", "show")).Code); // none is set
        await DoneAsync("calendar", "close", "2026-08-14", "夏季休業");
        Assert.Contains("夏季休業", await DoneAsync("calendar", "2026"), StringComparison.Ordinal);
        await DoneAsync("calendar", "clear", "2026-08-14");
        Assert.Equal("08:30", (await JsonAsync("calendar", "hours", "--opens", "08:30")).GetProperty("opens").GetString());
        Assert.Equal("08:30", (await JsonAsync("calendar", "hours")).GetProperty("opens").GetString());
        await DoneAsync("maintenance", "announce", "2099-01-01T01:00", "2099-01-01T03:00", "更新");
        await DoneAsync("maintenance", "remove", (await JsonAsync("maintenance", "list")).GetProperty("id").GetString()!);
        await DoneAsync("event", "list");
        Assert.Equal(1, (await RunAsync("event", "replay-since", "nobody", "2026-01-01T00:00:00+09:00")).Code);
        await DoneAsync("job", "list");
        await DoneAsync("job", "runs", "--all");
        await DoneAsync("mail", "list", "--state", "sent");
        await DoneAsync("tenant", "list", "--status", "active");
    }

    private Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.OfAsync(BuiltPrograms.Client, ["--data", fixture.Service.Data, .. arguments]);

    private async Task<string> DoneAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.Code == 0, $"{string.Join(' ', arguments)}: {run.Code} {run.Output}{run.Errors}");
        return run.Output;
    }

    /// <summary>The first line of what it says.</summary>
    private async Task<JsonElement> JsonAsync(params string[] arguments) => JsonDocument.Parse((await DoneAsync([.. arguments, "--json"])).Split('\n')[0]).RootElement;
}
