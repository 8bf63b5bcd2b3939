using Akashi.Identity.CustomRoles;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;

namespace Akashi.Identity.Users;

/// <summary>Who may change whom: nobody gives what they do not have, nor changes somebody who has more than they do.</summary>
internal static class UserGuard
{
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('identity.people ' || @tenant, 0))";

    private const string OtherHolder = """
        SELECT EXISTS (SELECT 1 FROM identity.user_account WHERE role = @Role AND state = 'active' AND id <> @Id)
        """;

    /// <summary>One change at a time in each tenant, so that two administrators who demote each other at once cannot both succeed.</summary>
    public static Task LockAsync(TenantSession session, CancellationToken cancellation) =>
        session.ExecuteAsync(Lock, new { tenant = session.Tenant.ToString() }, cancellation);

    public static Failure? MayChange(Actor actor, UserRow user) =>
        user.Permissions.IsSubsetOf(actor.Caller.Permissions) ? null : new UserBeyondOwn(user.UserId);

    public static Failure? MayGive(Actor actor, RoleChoice role) =>
        role.Permissions.IsSubsetOf(actor.Caller.Permissions) ? null : new RoleBeyondOwn(role.Label);

    /// <summary>Programs act for a person, so what they may not do to themselves their tokens may not either.</summary>
    public static bool IsSelf(Actor actor, UserRow user) => actor.Caller.OperatorOf is null && actor.Caller.Subject == user.UserId;

    /// <summary>Ask, under the lock, before somebody loses their role or is suspended.</summary>
    public static async Task<Failure?> MayLoseAsync(TenantSession session, UserRow user, CancellationToken cancellation)
    {
        if (user.Role is not (Roles.Administrator or Roles.Operator) || user.State != UserStates.Active) return null;
        return await session.QuerySingleAsync<bool>(OtherHolder, new { user.Role, user.Id }, cancellation) ? null : new LastAdministrator(user.UserId);
    }
}
