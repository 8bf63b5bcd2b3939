using Akashi.Identity.CustomRoles;
using Akashi.Identity.Sessions;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Users;

/// <param name="SignIns">Those that still work.</param>
/// <param name="Roles">Those that the asking person can give.</param>
/// <param name="MayChange">Whether the asking person may change this one.</param>
internal sealed record UserView(UserRow User, IReadOnlyList<SignInRow> SignIns, IReadOnlyList<RoleChoice> Roles, bool MayChange, bool MayHelp, bool IsSelf);

/// <summary>A person with what the asking person can do about them.</summary>
internal sealed class UserDetails(AkashiDatabase database, UserDirectory users, SessionBook sessions)
{
    public async Task<UserView?> FindAsync(Actor actor, Guid id, CancellationToken cancellation)
    {
        if (await users.FindAsync(actor.Tenant, id, cancellation) is not { } user) return null;
        await using var session = await database.OpenAsync(actor.Tenant, cancellation);
        var signIns = await sessions.ListAsync(session, id, cancellation);
        var permissions = actor.Caller.Permissions;
        var mayChange = permissions.Contains(Permission.UsersManage) && UserGuard.MayChange(actor, user) is null;
        var roles = (await RoleBook.ListAsync(session, cancellation)).Where(role => role.Permissions.IsSubsetOf(permissions)).ToList();
        return new UserView(user, signIns, roles, mayChange, permissions.Contains(Permission.UsersHelp), UserGuard.IsSelf(actor, user));
    }
}
