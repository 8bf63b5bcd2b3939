using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Users;

internal sealed record UnknownUser(string Id) : Failure("unknown-user", StatusCodes.Status404NotFound)
{
    public override string Japanese => $"利用者「{Quoted.Of(Id)}」は見つかりません。一覧から選び直してください。";
    public override string English => $"There is no user '{Quoted.Of(Id)}'. Choose one from the list.";
}

internal sealed record UserIdTaken(string UserId) : Failure("user-id-taken", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"ユーザー ID「{Quoted.Of(UserId)}」は使われています (全角・半角、大文字・小文字の違いは区別しません)。別の ID を入力してください。";
    public override string English => $"The user id '{Quoted.Of(UserId)}' is taken (full width and half width, upper and lower case are the same). Choose another.";
}

internal sealed record RoleBeyondOwn(string Role) : Failure("role-beyond-own", StatusCodes.Status403Forbidden)
{
    public override string Japanese => $"役割「{Quoted.Of(Role)}」には、あなたが持っていない権限が含まれています。その権限を持つ管理者に依頼してください。";
    public override string English => $"The role '{Quoted.Of(Role)}' holds permissions that you do not have. Ask an administrator who has them.";
}

internal sealed record UserBeyondOwn(string UserId) : Failure("user-beyond-own", StatusCodes.Status403Forbidden)
{
    public override string Japanese => $"利用者「{Quoted.Of(UserId)}」は、あなたが持っていない権限を持っているため変更できません。その権限を持つ管理者に依頼してください。";
    public override string English => $"The user '{Quoted.Of(UserId)}' holds permissions that you do not have, so you cannot change them. Ask an administrator who has them.";
}

internal sealed record OwnAccount() : Failure("own-account", StatusCodes.Status409Conflict)
{
    public override string Japanese => "自分自身を停止したり、自分の役割を変えたりすることはできません。ほかの管理者に依頼してください。";
    public override string English => "You cannot suspend yourself or change your own role. Ask another administrator.";
}

internal sealed record LastAdministrator(string UserId) : Failure("last-administrator", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"「{Quoted.Of(UserId)}」は最後の管理者のため、停止したり役割を変えたりできません。先にほかの利用者を管理者にしてください。";
    public override string English => $"'{Quoted.Of(UserId)}' is the last administrator and cannot be suspended or given another role. Make somebody else an administrator first.";
}

internal sealed record WrongUserState(string UserId, string State) : Failure("wrong-user-state", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"利用者「{Quoted.Of(UserId)}」の状態 ({State}) では、この操作はできません。画面を読み込み直して、いまの状態を確かめてください。";
    public override string English => $"This cannot be done while the user '{Quoted.Of(UserId)}' is {State}. Reload the page to see the present state.";
}
