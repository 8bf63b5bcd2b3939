using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.OperatorAccess;

internal sealed record NoSuchGrant() : Failure("no-such-operator-access", StatusCodes.Status404NotFound)
{
    public override string Japanese => "そのアクセスの申請はありません。一覧から選び直してください。";
    public override string English => "There is no such request for access. Choose one from the list.";
}

internal sealed record GrantNotIn(GrantStatus State, GrantStep Step) : Failure("operator-access-state", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"この申請は既に「{State}」の状態のため、「{Step}」はできません。一覧を開き直して現在の状態を確かめてください。";
    public override string English => $"This request is already {State}, so the step {Step} cannot be taken. Reload the list to see its state.";
}
