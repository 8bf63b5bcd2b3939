namespace Akashi.Platform.Tenancy;

/// <summary>
/// The one catalogue of what a route can ask for. Roles, custom roles and token scopes are sets of these; the stable id of each, its
/// scope and its words are in <see cref="PermissionCatalogue"/>.
/// </summary>
public enum Permission
{
    /// <summary>A terminal's own routes: batches, policy, renewal. No role holds it.</summary>
    TerminalSelf,
    /// <summary>A signed-in person's own pages: home, password, sign-out.</summary>
    AccountSelf,

    TerminalsRead,
    TerminalsEnrol,
    TracesSearch,
    /// <summary>Keep searches, one's own and shared ones; other people's shared ones need <see cref="SettingsManage"/> too.</summary>
    TracesSave,
    TracesExport,
    TracesImport,
    /// <summary>Have search data made anew from the archive.</summary>
    TracesRebuild,

    UsersRead,
    /// <summary>Add, change and suspend users and give them roles.</summary>
    UsersManage,
    /// <summary>Unlock users, end their sessions, send them a new first-access link.</summary>
    UsersHelp,
    RolesManage,
    TokensManage,
    AuditRead,
    ContractRead,
    /// <summary>The tenant's own settings: mail server, retention.</summary>
    SettingsManage,
    /// <summary>Grant or refuse operators access to the tenant's data.</summary>
    OperatorAccessConsent,

    TenantsRead,
    TenantsManage,
    /// <summary>Ask for access to a customer's data and use what was granted.</summary>
    OperatorAccessUse,
    /// <summary>Confirm, as a second person, access that rests on a legal order.</summary>
    OperatorAccessConfirm,
    ServiceRead,
    /// <summary>Run jobs, replay events, send mail again.</summary>
    ServiceManage,
}

/// <summary>Whose data a route may touch.</summary>
public enum TenantScope
{
    /// <summary>The caller's tenant alone.</summary>
    Own,
    /// <summary>The service as a whole and the list of contracts, never what customers keep in it. Only the operator's tenant holds such permissions.</summary>
    Service,
}
