using Akashi.Identity.CustomRoles;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.Users;

/// <summary>GET and POST /users/add on the console; POST /api/v1/users.</summary>
internal static class AddUser
{
    internal sealed class Form
    {
        public string? UserId { get; init; }

        public string? DisplayName { get; init; }

        public string? Mail { get; init; }

        public string? Role { get; init; }

        public UserDraft ToDraft() => new(UserId, DisplayName, Mail, Role);
    }

    public static Task<IResult> GetAsync(HttpContext context, RoleBook roles) => ShowAsync(context, roles, new UserDraft("", "", "", Roles.User), failure: null);

    public static async Task<IResult> PostAsync([FromForm] Form? form, HttpContext context, UserChanges changes, RoleBook roles)
    {
        form ??= new Form();
        var outcome = await changes.AddAsync(Actor.Of(context), form.ToDraft(), context.RequestAborted);
        return outcome.TryGet(out var id, out var failure) ? Results.Redirect($"{UserAddress.Path}/{id}?done=added") : await ShowAsync(context, roles, form.ToDraft(), failure);
    }

    public static async Task<IResult> HandleAsync(UserDraft draft, HttpContext context, UserChanges changes, UserDirectory users)
    {
        var actor = Actor.Of(context);
        if (!(await changes.AddAsync(actor, draft, context.RequestAborted)).TryGet(out var id, out var failure)) return failure.ToProblem();
        var user = await users.FindAsync(actor.Tenant, id, context.RequestAborted);
        return Results.Json(UserAnswer.Of(user!), statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, RoleBook roles, UserDraft draft, Failure? failure)
    {
        var caller = context.Caller();
        var choices = (await roles.ListAsync(caller.Tenant, context.RequestAborted)).Where(role => role.Permissions.IsSubsetOf(caller.Permissions)).ToList();
        return Page.Show<AddUserPage>(new { Draft = (object)draft, Roles = (object)choices, Failure = failure }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
