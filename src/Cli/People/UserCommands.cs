using System.CommandLine;
using System.Text.Json;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.People;

/// <summary><c>user list|show|add|change|suspend|reactivate|unlock|send-link|sessions|sign-out</c>.</summary>
internal static class UserCommands
{
    private const string Person = "/api/v1/users/{id}";
    private static readonly ApiRoute Users = ApiRoute.Get("/api/v1/users");
    private static readonly Rows People = new(Users, "rows", "after", "pageSize=500");

    private static readonly Column[] Columns =
    [
        new("userId", "User id", "ユーザー ID"), new("displayName", "Name", "名前"), new("roleName", "Role", "役割"), new("state", "State", "状態"), new("mail", "Mail", "メール"), new("lastSignInAt", "Last sign-in", "最終サインイン"),
    ];

    private static readonly Column[] SessionColumns = [new("lastUsedAt", "Last use", "最終利用"), new("createdAt", "Since", "開始"), new("address", "From", "接続元"), new("browser", "Browser", "ブラウザー"), new("hosts", "At", "サイト")];

    public static Command Create(WithApi withApi)
    {
        var calls = new CallMaker(withApi);
        var userId = new Argument<string>("USER-ID") { Description = Words.Say("Full width and half width, upper and lower case are the same.", "全角・半角、大文字・小文字は区別しません。") };
        var name = new Option<string?>("--name") { Description = Words.Say("Family name first.", "姓を先に。") };
        var mail = new Option<string?>("--mail") { Description = Words.Say("Where links and codes go.", "リンクや確認コードの送り先。") };
        var role = new Option<string?>("--role") { Description = Words.Say("Name of a built-in role, or the key of the contract's own; see role list.", "組み込みの役割の名前、または契約独自の役割のキー (role list を参照)。") };
        var (newName, newMail) = (new Option<string>(name.Name) { Description = name.Description, Required = true }, new Option<string>(mail.Name) { Description = mail.Description, Required = true });

        return new Command("user", Words.Say("Users: list, add, change, suspend, help.", "利用者の一覧・追加・変更・停止・支援。"))
        {
            calls.List("list", Words.Say("Show the users.", "利用者の一覧。"), People, Columns,
                new("--search") { Description = Words.Say("Start of a user id or name.", "ユーザー ID か名前の先頭。") }, new("--state") { Description = "active, invited, suspended." }, new("--role") { Description = role.Description }),
            calls.Call("add", Words.Say("Add a user; a first-access link goes out by mail.", "利用者を追加。初回アクセスのリンクをメールで送ります。"), ApiRoute.Post(Users.Path),
                parsed => new { userId = parsed.GetRequiredValue(userId), displayName = parsed.GetRequiredValue(newName), mail = parsed.GetRequiredValue(newMail), role = parsed.GetValue(role) ?? "user" }, userId, newName, newMail, role),
            Deed("show", Words.Say("Show one user.", "利用者 1 人を表示。"), ApiRoute.Get(Person)),
            Deed("change", Words.Say("Change name, mail or role.", "名前・メール・役割を変更。"), ApiRoute.Put(Person),
                (parsed, row) => new { displayName = parsed.GetValue(name) ?? Text(row, "displayName"), mail = parsed.GetValue(mail) ?? Text(row, "mail"), role = parsed.GetValue(role) ?? Text(row, "role") }, name, mail, role),
            Deed("suspend", Words.Say("Suspend a user; sign-ins end at once.", "利用を停止。サインインはすぐに終わります。"), ApiRoute.Post(Person + "/suspend")),
            Deed("reactivate", Words.Say("Let a suspended user in again.", "停止を解除。"), ApiRoute.Post(Person + "/reactivate")),
            Deed("unlock", Words.Say("Unlock after too many failures.", "失敗が続いたためのロックを解除。"), ApiRoute.Post(Person + "/unlock")),
            Deed("send-link", Words.Say("Mail a link for setting a password.", "パスワード設定のリンクをメールで送信。"), ApiRoute.Post(Person + "/send-link")),
            Sessions(),
            Deed("sign-out", Words.Say("End a user's sign-ins everywhere.", "すべてのサインインを終了。"), ApiRoute.Delete(Person + "/sessions")),
        };

        ApiCommand Sessions()
        {
            var (route, json) = (ApiRoute.Get(Person + "/sessions"), CallMaker.Json());
            var command = new ApiCommand("sessions", Words.Say("Show where a user is signed in.", "サインイン中の場所を表示。"), Users, route) { userId, json };
            command.SetAction((parsed, cancellation) => withApi(parsed, async api =>
            {
                var row = await FindAsync(api, parsed.GetRequiredValue(userId), cancellation);
                return await new Rows(route.Fill("id", Text(row, "id")), Member: null).PrintAsync(api, "", all: true, SessionColumns, parsed.GetValue(json), Console.Out, Console.Error, cancellation);
            }));
            return command;
        }

        // People know user ids, the API keys: the person is looked up first.
        ApiCommand Deed(string deed, string about, ApiRoute route, Func<ParseResult, JsonElement, object>? body = null, params Option<string?>[] options)
        {
            var json = CallMaker.Json();
            var command = new ApiCommand(deed, about, Users, route) { userId, json };
            foreach (var option in options) command.Add(option);
            command.SetAction((parsed, cancellation) => withApi(parsed, async api =>
            {
                var row = await FindAsync(api, parsed.GetRequiredValue(userId), cancellation);
                using var answer = await api.CallAsync(route.Method, route.At([Text(row, "id")]), body?.Invoke(parsed, row), cancellation);
                return CallMaker.Show(answer, parsed.GetValue(json), Console.Out);
            }));
            return command;
        }
    }

    private static async Task<JsonElement> FindAsync(ApiConnection api, string userId, CancellationToken cancellation)
    {
        var folded = Fold(userId);
        await foreach (var row in People.ReadAsync(api, "search=" + Uri.EscapeDataString(userId), all: true, () => { }, cancellation))
            if (Fold(Text(row, "userId")) == folded) return row.Clone();
        throw new CommandFailure(ExitCodes.Failure, Words.Say($"There is no user '{Printable.Line(userId)}'. See: user list", $"利用者「{Printable.Line(userId)}」はいません。user list で確かめてください。"));
    }

    private static string Text(JsonElement row, string member) => row.GetProperty(member).GetString() ?? "";

    private static string Fold(string text) => text.Trim().Normalize(System.Text.NormalizationForm.FormKC).ToLowerInvariant();
}
