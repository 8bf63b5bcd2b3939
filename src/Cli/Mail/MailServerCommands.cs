using System.CommandLine;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Mail;

/// <summary><c>mail-server show|set|remove|test</c>: the contract's own.</summary>
internal static class MailServerCommands
{
    private const string Path = "/api/v1/mail-server";

    public static Command Create(WithApi withApi)
    {
        var calls = new CallMaker(withApi);
        var host = new Option<string>("--host") { Description = Words.Say("Name of the server.", "サーバーの名前。"), Required = true };
        var port = new Option<int>("--port") { Description = "25, 465, 587, 2525.", DefaultValueFactory = _ => 587 };
        var security = new Option<string>("--security") { Description = "StartTls, Tls, None.", DefaultValueFactory = _ => "StartTls" };
        var user = new Option<string>("--user") { Description = Words.Say("Name for signing in to it; empty for none.", "認証の名前。なければ空。"), DefaultValueFactory = _ => "" };
        var password = new Option<string?>("--password-file") { Description = Words.Say("File with the password, '-' for standard input; without it the known one stays.", "パスワードのファイル。'-' は標準入力。省略時は登録済みのものを使います。") };
        var from = new Option<string>("--from") { Description = Words.Say("Sender's address.", "差出人のアドレス。"), Required = true };
        var fromName = new Option<string>("--from-name") { Description = Words.Say("Sender's name.", "差出人の名前。"), DefaultValueFactory = _ => "" };
        var to = new Argument<string>("TO") { Description = Words.Say("Where the test mail goes.", "テストメールの宛先。") };
        return new Command("mail-server", Words.Say("The contract's own mail server.", "契約独自のメールサーバー。"))
        {
            calls.Call("show", Words.Say("Show the setting; the password is never shown.", "設定を表示 (パスワードは表示しません)。"), ApiRoute.Get(Path), body: null),
            calls.Call("set", Words.Say("Send mail through this server.", "このサーバーから送信する。"), ApiRoute.Put(Path), parsed => new
            {
                host = parsed.GetRequiredValue(host), port = parsed.GetValue(port), security = parsed.GetValue(security), userName = parsed.GetValue(user), fromAddress = parsed.GetRequiredValue(from),
                fromName = parsed.GetValue(fromName), password = parsed.GetValue(password) is { } file ? BodyFile.ReadText(file).TrimEnd('\r', '\n') : null,
            }, host, port, security, user, password, from, fromName),
            calls.Call("remove", Words.Say("Send through the service's server again.", "サービスのサーバーからの送信に戻す。"), ApiRoute.Delete(Path), body: null),
            calls.Call("test", Words.Say("Send a mail at once and show what the server said.", "テストメールを送り、サーバーの応答を表示。"), ApiRoute.Post(Path + "/test"), parsed => new { to = parsed.GetRequiredValue(to) }, to),
        };
    }
}
