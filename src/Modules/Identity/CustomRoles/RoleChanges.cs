using Akashi.Identity.Users;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Npgsql;

namespace Akashi.Identity.CustomRoles;

/// <summary>What a role is to be.</summary>
internal sealed record RoleDraft(string? Name, IReadOnlyList<string>? Permissions);

/// <summary>Makes, changes and deletes the tenant's own roles. Nobody makes a role that can do more than they may.</summary>
internal sealed class RoleChanges(AkashiDatabase database, AuditLog audit, TimeProvider clock)
{
    private const string Insert = """
        INSERT INTO identity.role (tenant_id, id, name, permissions, created_at) VALUES (@Tenant, @id, @name, @permissions, @now)
        """;

    private const string Update = """
        UPDATE identity.role SET name = @name, permissions = @permissions WHERE id = @id
        """;

    private const string UsersOf = """
        SELECT count(*) FROM identity.user_account WHERE custom_role_id = @id
        """;

    public async Task<Outcome<Guid>> CreateAsync(Actor actor, RoleDraft draft, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(actor.Tenant, cancellation);
        if (!(await CheckAsync(session, actor, draft, cancellation)).TryGet(out var sound, out var failure)) return failure;
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        return await WriteAsync(session, sound.Name, Insert, new { actor.Tenant, id, name = sound.Name, permissions = sound.Permissions, now }, new AuditEntry("role.create", sound.Name, null, sound), actor, cancellation) is { } taken ? taken : id;
    }

    public async Task<Failure?> ChangeAsync(Actor actor, string id, RoleDraft draft, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(actor.Tenant, cancellation);
        if (!(await FindOwnAsync(session, actor, id, cancellation)).TryGet(out var role, out var failure)) return failure;
        if (!(await CheckAsync(session, actor, draft, cancellation)).TryGet(out var sound, out failure)) return failure;
        var entry = new AuditEntry("role.change", sound.Name, Stored(role), sound);
        return await WriteAsync(session, sound.Name, Update, new { id = role.CustomRoleId, name = sound.Name, permissions = sound.Permissions }, entry, actor, cancellation);
    }

    public async Task<Failure?> DeleteAsync(Actor actor, string id, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(actor.Tenant, cancellation);
        if (!(await FindOwnAsync(session, actor, id, cancellation)).TryGet(out var role, out var failure)) return failure;
        var users = await session.QuerySingleAsync<long>(UsersOf, new { id = role.CustomRoleId }, cancellation);
        if (users > 0) return new RoleInUse(role.Label, users);
        try
        {
            await session.ExecuteAsync("DELETE FROM identity.role WHERE id = @id", new { id = role.CustomRoleId }, cancellation);
            await audit.WriteAsync(session, actor.Audited, new AuditEntry("role.delete", role.Label, Stored(role)), cancellation);
            await session.CommitAsync(cancellation);
            return null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            return new RoleInUse(role.Label, 1); // given to somebody between the two statements
        }
    }

    private async Task<Failure?> WriteAsync(TenantSession session, string name, string sql, object parameters, AuditEntry entry, Actor actor, CancellationToken cancellation)
    {
        try
        {
            await session.ExecuteAsync(sql, parameters, cancellation);
            await audit.WriteAsync(session, actor.Audited, entry, cancellation);
            await session.CommitAsync(cancellation);
            return null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return new RoleNameTaken(name);
        }
    }

    /// <summary>A role of the tenant's own that holds nothing which the actor does not.</summary>
    private static async Task<Outcome<RoleChoice>> FindOwnAsync(TenantSession session, Actor actor, string id, CancellationToken cancellation)
    {
        if (!(await RoleBook.FindAsync(session, id, cancellation)).TryGet(out var role, out var failure)) return failure;
        if (role.CustomRoleId is null) return new UnknownRole(id);
        return role.Permissions.IsSubsetOf(actor.Caller.Permissions) ? role : new RoleBeyondOwn(role.Label);
    }

    private static async Task<Outcome<SoundRole>> CheckAsync(TenantSession session, Actor actor, RoleDraft draft, CancellationToken cancellation)
    {
        var name = draft.Name?.Trim() ?? "";
        if (name.Length is 0 or > RoleBook.MaximumName || !UserFields.IsText(name)) return new RoleNameInvalid(name);
        var operators = await RoleBook.IsOperatorAsync(session, cancellation);
        if (Roles.BuiltIn.Any(role => name == role.Japanese || string.Equals(name, role.English, StringComparison.OrdinalIgnoreCase))) return new RoleNameTaken(name);
        var assignable = PermissionCatalogue.AssignableIn(operators).Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
        var chosen = (draft.Permissions ?? []).ToHashSet(StringComparer.Ordinal);
        if (chosen.Any(id => id is null || !assignable.Contains(id))) return new RolePermissionInvalid(chosen.First(id => id is null || !assignable.Contains(id)) ?? "null");
        if (chosen.Count == 0) return new RoleEmpty();
        if (!Roles.PermissionsOf(chosen).All(actor.Caller.Permissions.Contains)) return new RoleBeyondOwn(name);
        return new SoundRole(name, [.. chosen.Order(StringComparer.Ordinal)]);
    }

    private static SoundRole Stored(RoleChoice role) => new(role.Label, [.. role.Permissions.Select(PermissionCatalogue.IdOf).Order(StringComparer.Ordinal)]);

    /// <summary>Also what the audit log keeps of a role.</summary>
    private sealed record SoundRole(string Name, string[] Permissions);
}
