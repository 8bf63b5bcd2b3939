using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Identity.Users;
using Akashi.Platform.Web;

namespace Akashi.Identity.CustomRoles;

/// <summary>A role that somebody can be given: built in, or the tenant's own.</summary>
/// <param name="Key">What forms and the API call it: the built-in name, or the id of the tenant's own.</param>
/// <param name="CustomName">Null for a built-in role.</param>
internal sealed record RoleChoice(string Key, Guid? CustomRoleId, string? CustomName, IReadOnlySet<Permission> Permissions)
{
    public string StoredRole => CustomRoleId is null ? Key : Roles.Custom;

    public string Label => LabelOf(StoredRole, CustomName);

    public static string LabelOf(string role, string? customName) => customName
        ?? (Roles.Find(role) is not { } known ? role : PageLanguage.Say(known.Japanese, known.English));
}

/// <summary>The roles of a tenant.</summary>
internal sealed class RoleBook(AkashiDatabase database)
{
    public const int MaximumName = 100;

    private const string IsOperator = "SELECT kind = 'operator' FROM identity.tenant WHERE id = @Tenant";

    private const string Customs = "SELECT id, name, array_to_string(permissions, ',') AS permissions FROM identity.role ORDER BY name";

    public static Task<bool> IsOperatorAsync(TenantSession session, CancellationToken cancellation) =>
        session.QuerySingleAsync<bool>(IsOperator, new { session.Tenant }, cancellation);

    public async Task<IReadOnlyList<RoleChoice>> ListAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        return await ListAsync(session, cancellation);
    }

    /// <summary>Built-in roles first, in the order of the catalogue, then the tenant's own by name.</summary>
    public static async Task<IReadOnlyList<RoleChoice>> ListAsync(TenantSession session, CancellationToken cancellation)
    {
        var operators = await IsOperatorAsync(session, cancellation);
        var customs = await session.QueryAsync<(Guid Id, string Name, string Permissions)>(Customs, cancellation: cancellation);
        return
        [
            .. Roles.BuiltIn.Where(role => role.IsFor(operators)).Select(role => new RoleChoice(role.Name, null, null, role.Permissions)),
            .. customs.Select(role => new RoleChoice(role.Id.ToString(), role.Id, role.Name, Roles.PermissionsOf(Roles.Custom, role.Permissions.Split(',', StringSplitOptions.RemoveEmptyEntries)))),
        ];
    }

    /// <summary>The role that a form or the API named.</summary>
    public static async Task<Outcome<RoleChoice>> FindAsync(TenantSession session, string? key, CancellationToken cancellation)
    {
        var roles = await ListAsync(session, cancellation);
        return roles.FirstOrDefault(role => string.Equals(role.Key, key, StringComparison.OrdinalIgnoreCase)) is { } found ? found : new UnknownRole(key);
    }
}
