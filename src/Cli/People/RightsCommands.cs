using System.CommandLine;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Cli.Tenants;
using Akashi.Supervisor;

namespace Akashi.Cli.People;

/// <summary><c>role list|add|change|remove</c>, <c>token list|add|revoke</c>, <c>sign-in-policy show|set</c>, <c>whoami</c>, <c>contract</c>, <c>contract-limits</c>.</summary>
internal static class RightsCommands
{
    private const string Roles = "/api/v1/roles", Tokens = "/api/v1/tokens", Policy = "/api/v1/sign-in-policy";

    private static readonly Column[] RoleColumns = [new("key", "Key", "キー"), new("name", "Name", "名前"), new("builtIn", "Built-in", "組み込み"), new("permissions", "Permissions", "権限")];

    private static readonly Column[] TokenColumns =
    [
        new("id", "Id", "ID"), new("name", "Name", "名前"), new("userId", "Of", "所有者"), new("scopes", "Permissions", "権限"), new("createdAt", "Made", "作成"), new("expiresAt", "Ends", "期限"), new("lastUsedAt", "Last use", "最終利用"),
    ];

    public static IEnumerable<Command> Create(WithApi withApi)
    {
        var calls = new CallMaker(withApi);
        var key = new Argument<string>("KEY") { Description = Words.Say("As role list shows it.", "role list に表示されるキー。") };
        var id = new Argument<string>("ID") { Description = Words.Say("As token list shows it.", "token list に表示される ID。") };
        var name = new Argument<string>("NAME");
        var permissions = new Option<string[]>("--permission") { Description = Words.Say("Id of a permission; several times, or several after it. See whoami.", "権限の ID。複数指定できます。whoami を参照。"), Required = true, AllowMultipleArgumentsPerToken = true };
        var days = new Option<int?>("--days") { Description = Words.Say("Life in days, 1 to 365; 90 if not given.", "有効日数 1～365。省略時は 90。") };
        var factors = new Argument<string>("FACTORS") { Description = "password+mail" };
        Func<ParseResult, object> role = parsed => new { name = parsed.GetRequiredValue(name), permissions = parsed.GetRequiredValue(permissions) };

        yield return new Command("role", Words.Say("Roles, built-in and the contract's own.", "役割 (組み込みと契約独自)。"))
        {
            calls.List("list", Words.Say("Show the roles and their permissions.", "役割と権限の一覧。"), new Rows(ApiRoute.Get(Roles), Member: null), RoleColumns),
            calls.Call("add", Words.Say("Make a role.", "役割を作成。"), ApiRoute.Post(Roles), role, name, permissions),
            calls.Call("change", Words.Say("Give a role another name and other permissions.", "役割の名前と権限を変更。"), ApiRoute.Put(Roles + "/{id}"), role, key, name, permissions),
            calls.Call("remove", Words.Say("Remove a role that nobody holds.", "誰も使っていない役割を削除。"), ApiRoute.Delete(Roles + "/{id}"), body: null, key),
        };
        yield return new Command("token", Words.Say("API tokens.", "API トークン。"))
        {
            calls.List("list", Words.Say("Show the contract's tokens.", "契約のトークンの一覧。"), new Rows(ApiRoute.Get(Tokens), Member: null), TokenColumns),
            calls.Call("add", Words.Say("Make a token with some of your permissions; it is shown this once.", "自分の権限の一部を持つトークンを発行 (表示は一度だけ)。"), ApiRoute.Post(Tokens),
                parsed => new { name = parsed.GetRequiredValue(name), scopes = parsed.GetRequiredValue(permissions), days = parsed.GetValue(days) }, name, permissions, days),
            calls.Call("revoke", Words.Say("End a token at once.", "トークンをすぐに取り消す。"), ApiRoute.Delete(Tokens + "/{id}"), body: null, id),
        };
        yield return new Command("sign-in-policy", Words.Say("How the contract's people sign in.", "サインインの方法。"))
        {
            calls.Call("show", Words.Say("Show the factors that are asked for.", "求める要素を表示。"), ApiRoute.Get(Policy), body: null),
            calls.Call("set", Words.Say("Ask for more factors; there is no way back to fewer.", "求める要素を増やす (減らすことはできません)。"), ApiRoute.Put(Policy), parsed => new { factors = parsed.GetRequiredValue(factors) }, factors),
        };
        yield return calls.Call("whoami", Words.Say("Show whom the token speaks for and what it may do.", "トークンの持ち主と権限を表示。"), ApiRoute.Get("/api/v1/me"), body: null);
        yield return calls.Call("contract", Words.Say("Show the own contract.", "自分の契約を表示。"), ApiRoute.Get("/api/v1/contract"), body: null);
        yield return TenantLimits.Own(withApi);
    }
}
