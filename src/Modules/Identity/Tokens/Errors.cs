using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Tokens;

internal sealed record UnknownToken(string Id) : Failure("unknown-token", StatusCodes.Status404NotFound)
{
    public override string Japanese => $"API トークン「{Quoted.Of(Id)}」は見つかりません。取り消されたか、すでに消されています。";
    public override string English => $"There is no API token '{Quoted.Of(Id)}'. It was revoked, or never was.";
}

internal sealed record TokenNameTaken(string Name) : Failure("token-name-taken", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"「{Quoted.Of(Name)}」という名前の API トークンがすでにあります。別の名前を入力するか、先に取り消してください。";
    public override string English => $"You have an API token called '{Quoted.Of(Name)}' already. Choose another name, or revoke that one first.";
}

internal sealed record TooManyTokens(int Maximum) : Failure("too-many-tokens", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"API トークンは 1 人 {Maximum} 個までです。使わないものを取り消してください。";
    public override string English => $"A person can have {Maximum} API tokens. Revoke those that are not used.";
}

internal sealed record ScopeBeyondOwn(string Scope) : Failure("scope-beyond-own", StatusCodes.Status403Forbidden)
{
    public override string Japanese => $"権限「{Quoted.Of(Scope)}」は、あなたが持っていないか存在しないため、トークンに付けられません。";
    public override string English => $"The permission '{Quoted.Of(Scope)}' cannot be given to a token: you do not hold it, or it does not exist.";
}

internal sealed record NoScope() : Failure("no-scope", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => "トークンの権限が選ばれていません。1 つ以上選んでください。";
    public override string English => "No permission is chosen for the token. Choose at least one.";
}
