using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.MailServer;

internal sealed record MailServerNotSet() : Failure("mail-server-not-set", StatusCodes.Status404NotFound)
{
    public override string Japanese => "独自のメールサーバーは設定されていません。メールはサービスのメールサーバーから送信されます。";
    public override string English => "No mail server of your own is set; mail goes through the service's.";
}
