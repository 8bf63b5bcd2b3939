using Akashi.Identity.CustomRoles;
using Akashi.Identity.Activation;
using Akashi.Identity.Sessions;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Npgsql;

namespace Akashi.Identity.Users;

/// <summary>What is said of a person when they are added or changed.</summary>
/// <param name="UserId">Null when they are changed: it stays.</param>
/// <param name="Role">See <see cref="RoleChoice.Key"/>.</param>
internal sealed record UserDraft(string? UserId, string? DisplayName, string? Mail, string? Role);

/// <summary>Adds, changes, suspends and reactivates people. Each act and its audit entry are one transaction.</summary>
internal sealed class UserChanges(AkashiDatabase database, UserDirectory users, SessionBook sessions, Activations links, AuditLog audit, TimeProvider clock)
{
    private const string Insert = """
        INSERT INTO identity.user_account (tenant_id, id, user_id, user_key, display_name, mail, role, custom_role_id, state, created_at)
        VALUES (@Tenant, @id, @userId, @userKey, @DisplayName, @Mail, @StoredRole, @CustomRoleId, 'invited', @now)
        """;

    private const string Update = """
        UPDATE identity.user_account SET display_name = @DisplayName, mail = @Mail, role = @StoredRole, custom_role_id = @CustomRoleId WHERE id = @Id
        """;

    private const string Suspend = "UPDATE identity.user_account SET state = 'suspended' WHERE id = @Id";

    private const string Reactivate = "UPDATE identity.user_account SET state = CASE WHEN password_hash IS NULL THEN 'invited' ELSE 'active' END WHERE id = @Id";

    /// <summary>The person gets a first-access link by mail.</summary>
    public async Task<Outcome<Guid>> AddAsync(Actor actor, UserDraft draft, CancellationToken cancellation)
    {
        if (!UserFields.CheckUserId(draft.UserId).TryGet(out var userId, out var failure)) return failure;
        if (!UserFields.Check(draft.DisplayName, draft.Mail).TryGet(out var fields, out failure)) return failure;
        await using var session = await database.OpenAsync(actor.Tenant, cancellation);
        if (!(await RoleBook.FindAsync(session, draft.Role, cancellation)).TryGet(out var role, out failure)) return failure;
        if (UserGuard.MayGive(actor, role) is { } beyond) return beyond;
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        try
        {
            await session.ExecuteAsync(Insert, new { actor.Tenant, id, userId, userKey = UserKey.TryFold(userId), fields.DisplayName, fields.Mail, role.StoredRole, role.CustomRoleId, now }, cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return new UserIdTaken(userId);
        }
        await links.SendAsync(session, id, PageLanguage.Current, cancellation);
        await audit.WriteAsync(session, actor.Audited, new AuditEntry("user.add", userId, null, new Audited(fields.DisplayName, fields.Mail, role.Label)), cancellation);
        await session.CommitAsync(cancellation);
        return id;
    }

    public Task<Failure?> EditAsync(Actor actor, Guid id, UserDraft draft, CancellationToken cancellation) => ChangeAsync(actor, id, async (session, user) =>
    {
        if (!UserFields.Check(draft.DisplayName, draft.Mail).TryGet(out var fields, out var failure)) return failure;
        if (!(await RoleBook.FindAsync(session, draft.Role, cancellation)).TryGet(out var role, out failure)) return failure;
        if (role.StoredRole != user.Role || role.CustomRoleId != user.CustomRoleId)
        {
            if (UserGuard.IsSelf(actor, user)) return new OwnAccount();
            if (UserGuard.MayGive(actor, role) is { } beyond) return beyond;
            if (await UserGuard.MayLoseAsync(session, user, cancellation) is { } last) return last;
        }
        await session.ExecuteAsync(Update, new { user.Id, fields.DisplayName, fields.Mail, role.StoredRole, role.CustomRoleId }, cancellation);
        // A link that is on its way to the old address must not open the account to whoever reads there.
        if (fields.Mail != user.Mail) await links.EndAsync(session, user.Id, cancellation);
        await audit.WriteAsync(session, actor.Audited, new AuditEntry("user.change", user.UserId, Audited.Of(user), new Audited(fields.DisplayName, fields.Mail, role.Label)), cancellation);
        return null;
    }, cancellation);

    /// <summary>The person's sessions, tokens and links stop working at once, on every node: each request asks the database.</summary>
    public Task<Failure?> SuspendAsync(Actor actor, Guid id, CancellationToken cancellation) => ChangeAsync(actor, id, async (session, user) =>
    {
        if (user.State == UserStates.Suspended) return new WrongUserState(user.UserId, user.State);
        if (UserGuard.IsSelf(actor, user)) return new OwnAccount();
        if (await UserGuard.MayLoseAsync(session, user, cancellation) is { } last) return last;
        await session.ExecuteAsync(Suspend, new { user.Id }, cancellation);
        await sessions.EndOthersAsync(session, user.Id, loginId: null, cancellation);
        await links.EndAsync(session, user.Id, cancellation);
        await audit.WriteAsync(session, actor.Audited, new AuditEntry("user.suspend", user.UserId), cancellation);
        return null;
    }, cancellation);

    public Task<Failure?> ReactivateAsync(Actor actor, Guid id, CancellationToken cancellation) => ChangeAsync(actor, id, async (session, user) =>
    {
        if (user.State != UserStates.Suspended) return new WrongUserState(user.UserId, user.State);
        await session.ExecuteAsync(Reactivate, new { user.Id }, cancellation);
        await audit.WriteAsync(session, actor.Audited, new AuditEntry("user.reactivate", user.UserId), cancellation);
        return null;
    }, cancellation);

    private async Task<Failure?> ChangeAsync(Actor actor, Guid id, Func<TenantSession, UserRow, Task<Failure?>> change, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(actor.Tenant, cancellation);
        await UserGuard.LockAsync(session, cancellation);
        if (await users.FindForChangeAsync(session, id, cancellation) is not { } user) return new UnknownUser(id.ToString());
        if (UserGuard.MayChange(actor, user) is { } beyond) return beyond;
        if (await change(session, user) is { } failure) return failure;
        await session.CommitAsync(cancellation);
        return null;
    }

    /// <summary>What the audit log keeps of a person.</summary>
    private sealed record Audited(string DisplayName, string Mail, string Role)
    {
        public static Audited Of(UserRow user) => new(user.DisplayName, user.Mail, RoleChoice.LabelOf(user.Role, user.CustomRoleName));
    }
}
