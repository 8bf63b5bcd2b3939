using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Users;

internal enum UserSort
{
    UserId,
    Name,
    Created,
}

/// <param name="Search">Start of a user id or name, folded when compared; empty for all.</param>
/// <param name="State">invited, active or suspended; null for all.</param>
/// <param name="Role">Name of a built-in role or id of the tenant's own; null for all.</param>
/// <param name="After">Id of the last person of the page before; null for the first page.</param>
/// <param name="Before">Id of the first person of the page after; wins over <paramref name="After"/>.</param>
internal sealed record UserListRequest(string Search, string? State, string? Role, UserSort Sort, bool Descending, Guid? After, Guid? Before, int Size);

internal sealed record UserRow(
    Guid Id, string UserId, string DisplayName, string Mail, string Role, Guid? CustomRoleId, string? CustomRoleName, string? CustomPermissions, string State,
    DateTimeOffset CreatedAt, DateTimeOffset? LastSignInAt, DateTimeOffset? LockedUntil)
{
    public IReadOnlySet<Permission> Permissions => Roles.PermissionsOf(Role, CustomPermissions?.Split(',', StringSplitOptions.RemoveEmptyEntries));
}

/// <param name="Count">How many match, up to <see cref="UserDirectory.MaximumCount"/>.</param>
internal sealed record UserList(IReadOnlyList<UserRow> Rows, int Count, bool HasPrevious, bool HasNext);

/// <summary>Lists and finds the people of a tenant.</summary>
internal sealed class UserDirectory(AkashiDatabase database, TimeProvider clock)
{
    public const int MaximumSize = 1000;
    /// <summary>Counting a million people for a page would cost more than the page.</summary>
    public const int MaximumCount = 10_000;

    // Greater in bytes than whatever a name goes on with; rare kanji lie beyond U+FFFF.
    private static readonly string LastCharacter = char.ConvertFromUtf32(0x10FFFF);

    public const string Columns = """
        SELECT u.id, u.user_id, u.display_name, u.mail, u.role, u.custom_role_id, r.name AS custom_role_name, array_to_string(r.permissions, ',') AS custom_permissions, u.state,
            u.created_at, u.last_sign_in_at, greatest(c.locked_until, o.locked_until) AS locked_until
        FROM identity.user_account u
        LEFT JOIN identity.role r ON r.tenant_id = u.tenant_id AND r.id = u.custom_role_id
        LEFT JOIN identity.sign_in_charge c ON c.tenant_id = u.tenant_id AND c.user_key = u.user_key AND c.locked_until > @now
        LEFT JOIN identity.code_charge o ON o.tenant_id = u.tenant_id AND o.user_account_id = u.id AND o.locked_until > @now
        """;

    // Ranges on folded keys instead of LIKE, whose operator is not leakproof and would not use the index under row-level security.
    private const string BySearch = """
        AND ((u.user_key >= @from AND u.user_key < @until) OR (u.name_key >= @from AND u.name_key < @until))
        """;

    private const string One = Columns + " WHERE u.id = @id";

    private const string ByKey = Columns + " WHERE u.user_key = @userKey";

    public async Task<UserList> ListAsync(TenantId tenant, UserListRequest request, CancellationToken cancellation)
    {
        var size = Math.Clamp(request.Size, 1, MaximumSize);
        var backwards = request.Before is not null;
        var (filter, parameters) = FilterOf(tenant, request, size);
        var key = KeyOf(request.Sort);
        var down = request.Descending != backwards;
        var place = (request.Before ?? request.After) is null ? "" : $"AND (u.{key}, u.user_key) {(down ? "<" : ">")} (SELECT {key}, user_key FROM identity.user_account WHERE tenant_id = @tenant AND id = @place)";
        var direction = down ? "DESC" : "ASC";
        await using var session = await database.OpenAsync(tenant, cancellation);
        var rows = (await session.QueryAsync<Record>($"{Columns} {filter} {place} ORDER BY u.{key} {direction}, u.user_key {direction} LIMIT @fetch", parameters, cancellation)).Select(row => row.ToRow()).ToList();
        var count = await session.QuerySingleAsync<int>($"SELECT count(*)::int FROM (SELECT 1 FROM identity.user_account u {filter} LIMIT {MaximumCount + 1}) AS counted", parameters, cancellation);
        var more = rows.Count > size;
        if (more) rows.RemoveAt(size);
        if (backwards) rows.Reverse();
        return new UserList(rows, count, backwards ? more : request.After is not null, backwards || more);
    }

    public async Task<UserRow?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellation) =>
        (await database.QueryOnceAsync<Record>(tenant, One, new { id, now = clock.GetUtcNow() }, cancellation)) is [var row] ? row.ToRow() : null;

    /// <summary>The person, locked until the session ends, so that what is decided about them stays true.</summary>
    public async Task<UserRow?> FindForChangeAsync(TenantSession session, Guid id, CancellationToken cancellation) =>
        (await session.QueryFirstOrDefaultAsync<Record>(One + " FOR UPDATE OF u", new { id, now = clock.GetUtcNow() }, cancellation))?.ToRow();

    /// <param name="userKey">Folded by <see cref="UserKey"/>.</param>
    public async Task<UserRow?> FindByKeyAsync(TenantSession session, string userKey, CancellationToken cancellation) =>
        (await session.QueryFirstOrDefaultAsync<Record>(ByKey, new { userKey, now = clock.GetUtcNow() }, cancellation))?.ToRow();

    private (string Filter, object Parameters) FilterOf(TenantId tenant, UserListRequest request, int size)
    {
        var from = UserKey.TryFold(request.Search);
        var customRole = Guid.TryParse(request.Role, out var id) ? id : (Guid?)null;
        var filter = "WHERE u.tenant_id = @tenant "
            + (from is null ? "" : BySearch)
            + (request.State is null ? "" : " AND u.state = @State")
            + (request.Role is null ? "" : customRole is null ? " AND u.role = @Role" : " AND u.custom_role_id = @customRole");
        var parameters = new { tenant, from, until = from + LastCharacter, request.State, request.Role, customRole, place = request.Before ?? request.After, fetch = size + 1, now = clock.GetUtcNow() };
        return (filter, parameters);
    }

    private static string KeyOf(UserSort sort) => sort switch
    {
        UserSort.UserId => "user_key",
        UserSort.Name => "name_key",
        UserSort.Created => "created_at",
        _ => throw new ArgumentOutOfRangeException(nameof(sort), sort, "unknown sort"),
    };

    private sealed class Record
    {
        public Guid Id { get; init; }
        public string UserId { get; init; } = "";
        public string DisplayName { get; init; } = "";
        public string Mail { get; init; } = "";
        public string Role { get; init; } = "";
        public Guid? CustomRoleId { get; init; }
        public string? CustomRoleName { get; init; }
        public string? CustomPermissions { get; init; }
        public string State { get; init; } = "";
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? LastSignInAt { get; init; }
        public DateTimeOffset? LockedUntil { get; init; }

        public UserRow ToRow() => new(Id, UserId, DisplayName, Mail, Role, CustomRoleId, CustomRoleName, CustomPermissions, State, CreatedAt, LastSignInAt, LockedUntil);
    }
}
