using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Saved;

internal sealed record UnknownSavedSearch(string? Id) : Failure("unknown-saved-search", StatusCodes.Status404NotFound)
{
    public override string Japanese => $"保存した検索「{Quoted.Of(Id)}」はありません。削除されたか、ほかの人の非公開の検索です。一覧から選び直してください。";
    public override string English => $"There is no saved search '{Quoted.Of(Id)}': it was deleted, or is somebody else's own. Choose one from the list.";
}

internal sealed record SavedSearchNameInvalid(string Name) : Failure("saved-search-name-invalid", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => $"検索の名前「{Quoted.Of(Name)}」は使えません。1～100 文字で入力してください。";
    public override string English => $"A saved search cannot be called '{Quoted.Of(Name)}'. Use 1 to 100 characters.";
}

internal sealed record SavedSearchNameTaken(string Name) : Failure("saved-search-name-taken", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"「{Quoted.Of(Name)}」という検索はすでにあります。別の名前を入力するか、その検索を変更してください。";
    public override string English => $"There is a saved search '{Quoted.Of(Name)}' already. Choose another name, or change that one.";
}

internal sealed record SavedSearchNotOwn(string Name) : Failure("saved-search-not-own", StatusCodes.Status403Forbidden)
{
    public override string Japanese => $"「{Quoted.Of(Name)}」を変更・削除できるのは、保存した本人と、設定を変更できる管理者です。";
    public override string English => $"'{Quoted.Of(Name)}' can be changed or deleted by whoever saved it, and by administrators who may change settings.";
}

internal sealed record TooManySavedSearches(int Most) : Failure("too-many-saved-searches", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"保存できる検索は {Most} 件までです。使わない検索を削除してください。";
    public override string English => $"At most {Most} searches can be saved. Delete some that nobody uses.";
}
