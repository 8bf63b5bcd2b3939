using Akashi.Identity.Users;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.CustomRoles;

/// <param name="Key">What users are given: a built-in name, or the id of the tenant's own role.</param>
internal sealed record RoleAnswer(string Key, string Name, bool BuiltIn, IReadOnlyList<string> Permissions);

/// <summary>/api/v1/roles: what the pages do, for programs.</summary>
internal static class RoleApi
{
    public static async Task<IResult> ListAsync(HttpContext context, RoleBook roles, CancellationToken cancellation)
    {
        var all = await roles.ListAsync(context.Caller().Tenant, cancellation);
        return Results.Json(all.Select(role => new RoleAnswer(role.Key, role.Label, role.CustomRoleId is null, [.. role.Permissions.Select(PermissionCatalogue.IdOf).Order(StringComparer.Ordinal)])));
    }

    public static async Task<IResult> CreateAsync(RoleDraft draft, HttpContext context, RoleChanges changes, CancellationToken cancellation) =>
        (await changes.CreateAsync(Actor.Of(context), draft, cancellation)).TryGet(out var id, out var failure)
            ? Results.Json(new { key = id.ToString() }, statusCode: StatusCodes.Status201Created)
            : failure.ToProblem();

    public static async Task<IResult> ChangeAsync(string id, RoleDraft draft, HttpContext context, RoleChanges changes, CancellationToken cancellation) =>
        await changes.ChangeAsync(Actor.Of(context), id, draft, cancellation) is { } failure ? failure.ToProblem() : Results.NoContent();

    public static async Task<IResult> DeleteAsync(string id, HttpContext context, RoleChanges changes, CancellationToken cancellation) =>
        await changes.DeleteAsync(Actor.Of(context), id, cancellation) is { } failure ? failure.ToProblem() : Results.NoContent();
}
