using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.People;

/// <summary><c>user list|add|suspend|reactivate|unlock|send-link</c>.</summary>
internal static class UserCommands
{
    private const int PageSize = 500;
    private static readonly string[] Columns = ["userId", "displayName", "roleName", "state", "mail", "lastSignInAt"];

    /// <param name="withApi">Runs something with the API of the service that the command line names.</param>
    public static Command Create(Func<ParseResult, Func<ApiConnection, Task<int>>, Task<int>> withApi)
    {
        var search = new Option<string?>("--search") { Description = "Start of a user id or name." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var userId = new Argument<string>("USER-ID") { Description = "Full width and half width, upper and lower case are the same." };
        var name = new Option<string>("--name") { Description = "Family name first.", Required = true };
        var mail = new Option<string>("--mail") { Description = "Where the first-access link goes.", Required = true };
        var role = new Option<string>("--role") { Description = "Name of a built-in role, or the key of the contract's own.", DefaultValueFactory = _ => "user" };

        var list = new Command("list", "Show the users.") { search, json };
        list.SetAction((parsed, cancellation) => withApi(parsed, api => ListAsync(api, parsed.GetValue(search), parsed.GetValue(json), Console.Out, cancellation)));

        var add = new Command("add", "Add a user; a first-access link goes out by mail.") { userId, name, mail, role };
        add.SetAction((parsed, cancellation) => withApi(parsed, api => AddAsync(api, new { userId = parsed.GetRequiredValue(userId), displayName = parsed.GetRequiredValue(name), mail = parsed.GetRequiredValue(mail), role = parsed.GetRequiredValue(role) }, Console.Out, cancellation)));

        return new Command("user", "Users: list, add, suspend, help.")
        {
            list, add,
            Deed("suspend", "Suspend a user; sign-ins end at once."), Deed("reactivate", "Let a suspended user in again."),
            Deed("unlock", "Unlock after too many failures."), Deed("send-link", "Mail a link for setting a password."),
        };

        Command Deed(string deed, string about)
        {
            var command = new Command(deed, about) { userId };
            command.SetAction((parsed, cancellation) => withApi(parsed, api => DoAsync(api, parsed.GetRequiredValue(userId), deed, Console.Out, cancellation)));
            return command;
        }
    }

    internal static async Task<int> ListAsync(ApiConnection api, string? search, bool json, TextWriter output, CancellationToken cancellation)
    {
        var table = json ? null : new OutputTable(Columns);
        await foreach (var row in RowsAsync(api, search, cancellation))
        {
            if (table is null) output.WriteLine(row.GetRawText());
            else table.Add([.. Columns.Select(column => Printable.Line(row.GetProperty(column).ToString()))]);
        }
        table?.Write(output);
        return ExitCodes.Success;
    }

    private static async Task<int> AddAsync(ApiConnection api, object user, TextWriter output, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/users") { Content = JsonContent.Create(user) };
        using var answer = await api.SendAsync(request, cancellation);
        output.WriteLine(Words.Say("Added; the first-access link is on its way by mail.", "追加しました。初回アクセスのリンクをメールで送ります。"));
        return ExitCodes.Success;
    }

    internal static async Task<int> DoAsync(ApiConnection api, string userId, string deed, TextWriter output, CancellationToken cancellation)
    {
        var folded = Fold(userId);
        await foreach (var row in RowsAsync(api, userId, cancellation))
        {
            if (Fold(row.GetProperty("userId").GetString()!) != folded) continue;
            using var answer = await api.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/api/v1/users/{row.GetProperty("id").GetString()}/{deed}"), cancellation);
            output.WriteLine(Words.Say("Done.", "実行しました。"));
            return ExitCodes.Success;
        }
        throw new CommandFailure(ExitCodes.Failure, Words.Say($"There is no user '{Printable.Line(userId)}'. See: user list", $"利用者「{Printable.Line(userId)}」はいません。user list で確かめてください。"));
    }

    private static async IAsyncEnumerable<JsonElement> RowsAsync(ApiConnection api, string? search, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        for (string? after = null; ;)
        {
            using var page = await api.GetJsonAsync($"/api/v1/users?pageSize={PageSize}&search={Uri.EscapeDataString(search ?? "")}{(after is null ? "" : "&after=" + after)}", cancellation);
            foreach (var row in page.RootElement.GetProperty("rows").EnumerateArray()) yield return row;
            after = page.RootElement.GetProperty("next").GetString();
            if (after is null) yield break;
        }
    }

    private static string Fold(string text) => text.Trim().Normalize(System.Text.NormalizationForm.FormKC).ToLowerInvariant();
}
