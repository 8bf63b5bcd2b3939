using System.Globalization;
using Akashi.Identity.CustomRoles;
using Akashi.Identity.Sessions;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Users;

/// <param name="Role">Key of the role: a built-in name, or the id of the tenant's own.</param>
internal sealed record UserAnswer(Guid Id, string UserId, string DisplayName, string Mail, string Role, string RoleName, string State, DateTimeOffset CreatedAt, DateTimeOffset? LastSignInAt, DateTimeOffset? LockedUntil)
{
    public static UserAnswer Of(UserRow user) => new(
        user.Id, user.UserId, user.DisplayName, user.Mail, user.CustomRoleId?.ToString() ?? user.Role, RoleChoice.LabelOf(user.Role, user.CustomRoleName),
        user.State, user.CreatedAt, user.LastSignInAt, user.LockedUntil);
}

/// <param name="Next">Give it as <c>after</c> for the next page; null on the last.</param>
internal sealed record UserListAnswer(IReadOnlyList<UserAnswer> Rows, Guid? Next);

/// <summary>/api/v1/users: what the pages do, for programs.</summary>
internal static class UserApi
{
    private const int DefaultSize = 100;

    public static async Task<IResult> ListAsync(HttpContext context, UserDirectory directory, string? search, string? state, string? role, string? sort, bool? descending, string? after, int? pageSize, CancellationToken cancellation)
    {
        if (search is { Length: > UserKey.MaximumInput }) return new FieldInvalid("search", search, string.Create(CultureInfo.InvariantCulture, $"≤ {UserKey.MaximumInput}")).ToProblem();
        if (role is not null && (role.Length > UserAddress.MaximumRole || !UserFields.IsText(role))) return new FieldInvalid("role", role, string.Create(CultureInfo.InvariantCulture, $"≤ {UserAddress.MaximumRole}")).ToProblem();
        if (state is not null && !UserStates.All.Contains(state)) return new FieldInvalid("state", state, string.Join(", ", UserStates.All)).ToProblem();
        var order = UserSort.UserId;
        if (sort is not null && !(Enum.TryParse(sort, ignoreCase: true, out order) && Enum.IsDefined(order))) return new FieldInvalid("sort", sort, string.Join(", ", Enum.GetNames<UserSort>())).ToProblem();
        if (pageSize is < 1 or > UserDirectory.MaximumSize) return new FieldInvalid("pageSize", $"{pageSize}", "1–1000").ToProblem();
        var place = Guid.Empty;
        if (after is not null && !Guid.TryParse(after, out place)) return new FieldInvalid("after", after, "next").ToProblem();
        var request = new UserListRequest(search ?? "", state, role, order, descending ?? false, after is null ? null : place, null, pageSize ?? DefaultSize);
        var list = await directory.ListAsync(context.Caller().Tenant, request, cancellation);
        return Results.Json(new UserListAnswer([.. list.Rows.Select(UserAnswer.Of)], list.HasNext ? list.Rows[^1].Id : null));
    }

    public static Task<IResult> GetAsync(string id, HttpContext context, UserDirectory users) => DoAsync(id, context, users, (_, _) => Task.FromResult<Failure?>(null));

    public static Task<IResult> ChangeAsync(string id, UserDraft draft, HttpContext context, UserDirectory users, UserChanges changes) =>
        DoAsync(id, context, users, (actor, key) => changes.EditAsync(actor, key, draft, context.RequestAborted));

    public static Task<IResult> SuspendAsync(string id, HttpContext context, UserDirectory users, UserChanges changes) =>
        DoAsync(id, context, users, (actor, key) => changes.SuspendAsync(actor, key, context.RequestAborted));

    public static Task<IResult> ReactivateAsync(string id, HttpContext context, UserDirectory users, UserChanges changes) =>
        DoAsync(id, context, users, (actor, key) => changes.ReactivateAsync(actor, key, context.RequestAborted));

    public static Task<IResult> UnlockAsync(string id, HttpContext context, UserDirectory users, UserHelp help) =>
        DoAsync(id, context, users, (actor, key) => help.UnlockAsync(actor, key, context.RequestAborted));

    public static Task<IResult> SendLinkAsync(string id, HttpContext context, UserDirectory users, UserHelp help) =>
        DoAsync(id, context, users, (actor, key) => help.SendLinkAsync(actor, key, context.RequestAborted));

    public static Task<IResult> EndSessionsAsync(string id, HttpContext context, UserDirectory users, UserHelp help) =>
        DoAsync(id, context, users, (actor, key) => help.EndSessionsAsync(actor, key, context.RequestAborted));

    public static async Task<IResult> SessionsAsync(string id, HttpContext context, UserDetails details) =>
        Guid.TryParse(id, out var key) && await details.FindAsync(Actor.Of(context), key, context.RequestAborted) is { } view
            ? Results.Json(view.SignIns.Select(row => new SessionAnswer(row.Hosts.Split(','), row.CreatedAt, row.LastUsedAt, row.Address, row.Browser)))
            : new UnknownUser(id).ToProblem();

    /// <summary>Every act answers with the person as they are afterwards.</summary>
    private static async Task<IResult> DoAsync(string id, HttpContext context, UserDirectory users, Func<Actor, Guid, Task<Failure?>> act)
    {
        var unknown = new UnknownUser(id); // as it was typed
        if (!Guid.TryParse(id, out var key)) return unknown.ToProblem();
        if (await act(Actor.Of(context), key) is { } failure) return (failure is UnknownUser ? unknown : failure).ToProblem();
        return await users.FindAsync(context.Caller().Tenant, key, context.RequestAborted) is { } user ? Results.Json(UserAnswer.Of(user)) : unknown.ToProblem();
    }

    private sealed record SessionAnswer(string[] Hosts, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, string Address, string Browser);
}
