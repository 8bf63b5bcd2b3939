using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Mail;

internal sealed record MailNotFound() : Failure("mail-not-found", StatusCodes.Status404NotFound)
{
    public override string Japanese => "このメールは見つかりません。保存期間を過ぎて削除された可能性があります。";
    public override string English => "There is no such mail. It may have been deleted after its retention.";
}

internal sealed record MailNotRepeatable() : Failure("mail-not-repeatable", StatusCodes.Status409Conflict)
{
    public override string Japanese => "このメールは再送できません。送信待ちか、リンクやコードを含むため本文が消去されています。利用者の画面から再発行してください。";
    public override string English => "This mail cannot be sent again: it is waiting anyway, or its text held a link or code and was wiped. Issue a new one from the user's page.";
}
