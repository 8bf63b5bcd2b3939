using System.Collections.Frozen;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity;

/// <summary>What each role may do.</summary>
internal static class Roles
{
    public const string Administrator = "administrator";
    public const string Operator = "operator";
    public const string User = "user";

    /// <summary>What an operator may do on a customer's tenant: bring traces in, never read them.</summary>
    public static readonly FrozenSet<Permission> OperatorOnTenant = FrozenSet.Create(Permission.TracesImport);

    private static readonly FrozenSet<Permission> AdministratorPermissions = FrozenSet.Create(
        Permission.AccountSelf, Permission.TerminalsRead, Permission.TerminalsEnrol,
        Permission.TracesSearch, Permission.TracesExport, Permission.TracesImport);

    private static readonly FrozenSet<Permission> SelfOnly = FrozenSet.Create(Permission.AccountSelf);

    public static FrozenSet<Permission> PermissionsOf(string role) => role switch
    {
        Administrator => AdministratorPermissions,
        Operator or User => SelfOnly,
        _ => throw new InvalidOperationException($"'{role}' is no role."),
    };
}
