using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Events;

internal sealed record EventNotSetAside() : Failure("event-not-set-aside", StatusCodes.Status409Conflict)
{
    public override string Japanese => "このイベントは保留されていません。すでに再実行されたか、存在しません。一覧を読み込み直してください。";
    public override string English => "This event is not set aside: it was replayed already, or does not exist. Load the list again.";
}

internal sealed record ConsumerNotFound(string? Name) : Failure("consumer-not-found", StatusCodes.Status404NotFound)
{
    public override string Japanese => $"処理「{Quoted.Of(Name)}」はありません。一覧で名前を確認してください。";
    public override string English => $"There is no consumer '{Quoted.Of(Name)}'. See the list for the names.";
}
