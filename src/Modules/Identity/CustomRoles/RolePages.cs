using Akashi.Identity.Users;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.CustomRoles;

internal sealed record RolesView(IReadOnlyList<RoleChoice> Roles, IReadOnlySet<Permission> Own, bool MayManage);

/// <param name="Key">Null for a role that is being made.</param>
/// <param name="Offered">What the tenant's roles can hold.</param>
/// <param name="Own">What the asking person holds, and so can give.</param>
internal sealed record RoleFormView(string? Key, string Name, IReadOnlySet<string> Chosen, IReadOnlyList<PermissionEntry> Offered, IReadOnlySet<Permission> Own);

/// <summary>/roles on the console: what each role may do; the tenant's own can be made, changed and deleted.</summary>
internal static class RolePages
{
    public const string Path = "/roles";
    private static readonly string[] Deeds = ["created", "changed", "deleted"];

    internal sealed class Form
    {
        public string? Name { get; init; }

        /// <summary>Ids of the ticked permissions; absent when none is.</summary>
        public string[]? Permissions { get; init; }

        public RoleDraft ToDraft() => new(Name, Permissions);
    }

    public static async Task<IResult> ListAsync(HttpContext context, RoleBook roles, string? done) =>
        await ShowListAsync(context, roles, Deeds.Contains(done) ? done : null, failure: null);

    public static Task<IResult> NewAsync(HttpContext context, AkashiDatabase database) => ShowFormAsync(context, database, null, new RoleDraft("", []), failure: null);

    public static async Task<IResult> CreateAsync([FromForm] Form? form, HttpContext context, AkashiDatabase database, RoleChanges changes)
    {
        form ??= new Form();
        var outcome = await changes.CreateAsync(Actor.Of(context), form.ToDraft(), context.RequestAborted);
        return outcome.TryGet(out _, out var failure) ? Results.Redirect(Path + "?done=created") : await ShowFormAsync(context, database, null, form.ToDraft(), failure);
    }

    public static async Task<IResult> EditAsync(string id, HttpContext context, AkashiDatabase database, RoleBook roles)
    {
        var role = (await roles.ListAsync(context.Caller().Tenant, context.RequestAborted)).FirstOrDefault(role => role.CustomRoleId is not null && role.Key == id);
        return role is null ? new UnknownRole(id).ToProblem() : await ShowFormAsync(context, database, id, new RoleDraft(role.Label, [.. role.Permissions.Select(PermissionCatalogue.IdOf)]), failure: null);
    }

    public static async Task<IResult> ChangeAsync(string id, [FromForm] Form? form, HttpContext context, AkashiDatabase database, RoleChanges changes)
    {
        form ??= new Form();
        return await changes.ChangeAsync(Actor.Of(context), id, form.ToDraft(), context.RequestAborted) switch
        {
            null => Results.Redirect(Path + "?done=changed"),
            UnknownRole unknown => unknown.ToProblem(),
            var failure => await ShowFormAsync(context, database, id, form.ToDraft(), failure),
        };
    }

    /// <summary>The form carries nothing but its token; naming the form is what makes the server check the token.</summary>
    public static async Task<IResult> DeleteAsync(string id, IFormCollection form, HttpContext context, RoleBook roles, RoleChanges changes)
    {
        _ = form;
        return await changes.DeleteAsync(Actor.Of(context), id, context.RequestAborted) switch
        {
            null => Results.Redirect(Path + "?done=deleted"),
            UnknownRole unknown => unknown.ToProblem(),
            var failure => await ShowListAsync(context, roles, done: null, failure),
        };
    }

    private static async Task<IResult> ShowListAsync(HttpContext context, RoleBook roles, string? done, Failure? failure)
    {
        var caller = context.Caller();
        object view = new RolesView(await roles.ListAsync(caller.Tenant, context.RequestAborted), caller.Permissions, caller.Permissions.Contains(Permission.RolesManage));
        return Page.Show<RolesPage>(new { Model = view, Done = done, Failure = failure }, failure?.Status ?? StatusCodes.Status200OK);
    }

    private static async Task<IResult> ShowFormAsync(HttpContext context, AkashiDatabase database, string? key, RoleDraft draft, Failure? failure)
    {
        var caller = context.Caller();
        await using var session = await database.OpenAsync(caller.Tenant, context.RequestAborted);
        var operators = await RoleBook.IsOperatorAsync(session, context.RequestAborted);
        // Everybody's own account belongs to every role.
        var offered = PermissionCatalogue.AssignableIn(operators).Where(entry => entry.Permission != Permission.AccountSelf).ToList();
        object view = new RoleFormView(key, draft.Name ?? "", (draft.Permissions ?? []).ToHashSet(StringComparer.Ordinal), offered, caller.Permissions);
        return Page.Show<RoleFormPage>(new { Model = view, Failure = failure }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
