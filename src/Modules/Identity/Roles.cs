using System.Collections.Frozen;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity;

/// <summary>A role that every tenant of its kind has.</summary>
/// <param name="Name">Stable; stored with the user.</param>
/// <param name="ForOperators">Whether people of the operator's tenant can have it.</param>
/// <param name="ForCustomers">Whether people of a customer's tenant can have it.</param>
internal sealed record BuiltInRole(string Name, bool ForOperators, bool ForCustomers, FrozenSet<Permission> Permissions, string Japanese, string English)
{
    public bool IsFor(bool operatorTenant) => operatorTenant ? ForOperators : ForCustomers;
}

/// <summary>What each role may do. A tenant adds roles of its own beside these (<see cref="Custom"/>).</summary>
internal static class Roles
{
    public const string Administrator = "administrator";
    public const string Operator = "operator";
    public const string User = "user";
    /// <summary>Stands in place of a name when the tenant's own role says what its holder may do.</summary>
    public const string Custom = "custom";

    /// <summary>Everything but what only customers have (terminals, traces, a contract): that is reached by granted access alone.</summary>
    private static IEnumerable<Permission> OperatorPermissions => PermissionCatalogue.AssignableIn(operatorTenant: true).Select(entry => entry.Permission)
        .Except([Permission.TerminalsRead, Permission.TerminalsEnrol, Permission.TracesSearch, Permission.TracesSave, Permission.TracesExport, Permission.TracesImport, Permission.TracesRebuild, Permission.OperatorAccessConsent, Permission.ContractRead]);

    public static readonly IReadOnlyList<BuiltInRole> BuiltIn =
    [
        new(Operator, true, false, Set(OperatorPermissions), "運用者", "Operator"),
        new("analyst", true, false, Set([Permission.AccountSelf, Permission.TenantsRead, Permission.OperatorAccessUse]), "アナリスト", "Analyst"),
        new(Administrator, false, true, Set(PermissionCatalogue.AssignableIn(operatorTenant: false).Select(entry => entry.Permission)), "管理者", "Administrator"),
        new("user-administrator", true, true, Set([Permission.AccountSelf, Permission.UsersRead, Permission.UsersManage, Permission.UsersHelp]), "利用者管理者", "User administrator"),
        new("helpdesk", true, true, Set([Permission.AccountSelf, Permission.UsersRead, Permission.UsersHelp]), "ヘルプデスク", "Helpdesk"),
        new("auditor", true, true, Set([Permission.AccountSelf, Permission.AuditRead, Permission.UsersRead, Permission.ContractRead]), "監査者", "Auditor"),
        new("viewer", true, true, Set([Permission.AccountSelf, Permission.TerminalsRead, Permission.TracesSearch, Permission.TracesSave, Permission.ContractRead]), "閲覧者", "Viewer"),
        new(User, true, true, Set([Permission.AccountSelf]), "利用者", "User"),
    ];

    private static readonly FrozenDictionary<string, BuiltInRole> ByName = BuiltIn.ToFrozenDictionary(role => role.Name, StringComparer.Ordinal);

    public static BuiltInRole? Find(string name) => ByName.GetValueOrDefault(name);

    /// <param name="custom">Permission ids of the tenant's own role, when <paramref name="role"/> is <see cref="Custom"/>.</param>
    public static FrozenSet<Permission> PermissionsOf(string role, IEnumerable<string>? custom = null)
    {
        if (role == Custom) return PermissionsOf(custom ?? []).Append(Permission.AccountSelf).ToFrozenSet();
        return Find(role)?.Permissions ?? throw new InvalidOperationException($"'{role}' is no role.");
    }

    /// <summary>Ids that this version does not know grant nothing: a newer node may have written them.</summary>
    public static IEnumerable<Permission> PermissionsOf(IEnumerable<string> ids)
    {
        foreach (var id in ids)
            if (PermissionCatalogue.TryFind(id, out var entry) && entry.Assignable) yield return entry.Permission;
    }

    private static FrozenSet<Permission> Set(IEnumerable<Permission> permissions) => permissions.ToFrozenSet();
}
