using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Mail;

internal sealed record MailServerInvalid(string Field, string Value) : Failure("mail-server-invalid", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => $"メールサーバーの設定「{Field}」の値「{Quoted.Of(Value)}」は使えません ({Rule("ホスト名または IP アドレス", "25・465・587・2525 のいずれか", "メールアドレス", "200 文字まで")})。";
    public override string English => $"The mail server's '{Field}' cannot be '{Quoted.Of(Value)}' ({Rule("a host name or address", "25, 465, 587 or 2525", "a mail address", "at most 200 characters")}).";

    private string Rule(string host, string port, string address, string text) => Field switch { "host" => host, "port" => port, "fromAddress" => address, _ => text };
}
