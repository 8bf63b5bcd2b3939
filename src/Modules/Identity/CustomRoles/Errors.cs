using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.CustomRoles;

internal sealed record UnknownRole(string? Id) : Failure("unknown-role", StatusCodes.Status404NotFound)
{
    public override string Japanese => $"役割「{Quoted.Of(Id)}」はありません。一覧から選び直してください。";
    public override string English => $"There is no role '{Quoted.Of(Id)}'. Choose one from the list.";
}

internal sealed record RoleNameInvalid(string Name) : Failure("role-name-invalid", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => $"役割の名前「{Quoted.Of(Name)}」は使えません。1～100 文字で入力してください。";
    public override string English => $"A role cannot be called '{Quoted.Of(Name)}'. Use 1 to 100 characters.";
}

internal sealed record RoleNameTaken(string Name) : Failure("role-name-taken", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"役割「{Quoted.Of(Name)}」はすでにあります。別の名前を入力してください。";
    public override string English => $"There is a role '{Quoted.Of(Name)}' already. Choose another name.";
}

internal sealed record RolePermissionInvalid(string Id) : Failure("role-permission-invalid", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => $"権限「{Quoted.Of(Id)}」は選べません。一覧にある権限から選んでください。";
    public override string English => $"The permission '{Quoted.Of(Id)}' cannot be chosen. Choose from those on the list.";
}

internal sealed record RoleEmpty() : Failure("role-empty", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => "権限が選ばれていません。1 つ以上選んでください。";
    public override string English => "No permission is chosen. Choose at least one.";
}

internal sealed record RoleInUse(string Name, long Users) : Failure("role-in-use", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"役割「{Quoted.Of(Name)}」は {Users} 人が使っているため削除できません。先にその利用者の役割を変えてください。";
    public override string English => $"The role '{Quoted.Of(Name)}' is held by {Users} users and cannot be deleted. Give them another role first.";
}
