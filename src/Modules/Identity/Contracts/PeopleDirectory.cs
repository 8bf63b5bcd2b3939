using Akashi.Identity.CustomRoles;
using Akashi.Identity.Users;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Contracts;

/// <summary>Where a person reads mail, and in which language.</summary>
/// <param name="Language">ja or en: that of the pages when the person last used them; ja when never.</param>
public sealed record PersonContact(string DisplayName, string Mail, string Language);

/// <summary>Finds the people whom something concerns.</summary>
public sealed class PeopleDirectory
{
    private const int MaximumFound = 100;

    private const string Find = """
        SELECT display_name, mail, coalesce(language, 'ja') AS language FROM identity.user_account
        WHERE state <> @Suspended AND (role = ANY(@builtIn) OR custom_role_id = ANY(@customs)) ORDER BY user_key LIMIT @MaximumFound
        """;

    /// <summary>Those of the session's tenant who hold a permission by their role and are not suspended; at most 100.</summary>
    public async Task<IReadOnlyList<PersonContact>> HoldersAsync(TenantSession session, Permission permission, CancellationToken cancellation)
    {
        var roles = (await RoleBook.ListAsync(session, cancellation)).Where(role => role.Permissions.Contains(permission)).ToList();
        var (builtIn, customs) = (roles.Where(role => role.CustomRoleId is null).Select(role => role.Key).ToArray(), roles.Select(role => role.CustomRoleId).OfType<Guid>().ToArray());
        return await session.QueryAsync<PersonContact>(Find, new { UserStates.Suspended, builtIn, customs, MaximumFound }, cancellation);
    }
}
