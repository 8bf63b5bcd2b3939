using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Akashi.Platform.Tenancy;

/// <param name="Id">Stable and public: in custom roles, token scopes and the API.</param>
/// <param name="Assignable">Whether roles can hold it.</param>
public sealed record PermissionEntry(Permission Permission, string Id, TenantScope Scope, bool Assignable, string Japanese, string English);

/// <summary>What every <see cref="Permission"/> is called and how far it reaches.</summary>
public static class PermissionCatalogue
{
    public static readonly IReadOnlyList<PermissionEntry> All =
    [
        new(Permission.TerminalSelf, "terminal.self", TenantScope.Own, false, "端末自身の通信", "A terminal's own requests"),
        new(Permission.AccountSelf, "account.self", TenantScope.Own, true, "自分のアカウント", "One's own account"),
        Own(Permission.TerminalsRead, "terminals.read", "端末の閲覧", "See terminals"),
        Own(Permission.TerminalsEnrol, "terminals.enrol", "端末の登録", "Enrol terminals"),
        Own(Permission.TracesSearch, "traces.search", "証跡の検索", "Search traces"),
        Own(Permission.TracesSave, "traces.save", "検索の保存と共有", "Save and share searches"),
        Own(Permission.TracesExport, "traces.export", "証跡の出力", "Export traces"),
        Own(Permission.TracesImport, "traces.import", "証跡の取り込み", "Import traces"),
        Own(Permission.TracesRebuild, "traces.rebuild", "検索データの作り直し", "Rebuild search data"),
        Own(Permission.UsersRead, "users.read", "利用者の閲覧", "See users"),
        Own(Permission.UsersManage, "users.manage", "利用者の管理", "Manage users"),
        Own(Permission.UsersHelp, "users.help", "利用者の支援(ロック解除・再発行)", "Help users (unlock, reissue)"),
        Own(Permission.RolesManage, "roles.manage", "役割の管理", "Manage roles"),
        Own(Permission.TokensManage, "tokens.manage", "API トークンの管理", "Manage API tokens"),
        Own(Permission.AuditRead, "audit.read", "監査ログの閲覧", "Read the audit log"),
        Own(Permission.ContractRead, "contract.read", "契約内容の閲覧", "See the contract"),
        Own(Permission.SettingsManage, "settings.manage", "設定の変更", "Change settings"),
        Own(Permission.OperatorAccessConsent, "operator-access.consent", "運用者のアクセスの承認", "Consent to operator access"),
        Service(Permission.TenantsRead, "tenants.read", "契約一覧の閲覧", "See contracts"),
        Service(Permission.TenantsManage, "tenants.manage", "契約の管理", "Manage contracts"),
        Service(Permission.OperatorAccessUse, "operator-access.use", "お客様データへのアクセスの申請と利用", "Ask for and use access to customer data"),
        Service(Permission.OperatorAccessConfirm, "operator-access.confirm", "法令に基づくアクセスの確認", "Confirm access on a legal order"),
        Service(Permission.ServiceRead, "service.read", "サービスの状態の閲覧", "See the service's state"),
        Service(Permission.ServiceManage, "service.manage", "サービスの運用操作", "Operate the service"),
    ];

    private static readonly FrozenDictionary<Permission, PermissionEntry> ByPermission = All.ToFrozenDictionary(entry => entry.Permission);
    private static readonly FrozenDictionary<string, PermissionEntry> ById = All.ToFrozenDictionary(entry => entry.Id, StringComparer.Ordinal);

    public static PermissionEntry Of(Permission permission) => ByPermission[permission];

    public static string IdOf(Permission permission) => Of(permission).Id;

    public static bool TryFind(string id, [NotNullWhen(true)] out PermissionEntry? entry) => ById.TryGetValue(id, out entry);

    /// <summary>What a tenant can give to its people; those of <see cref="TenantScope.Service"/> are the operator's alone.</summary>
    public static IEnumerable<PermissionEntry> AssignableIn(bool operatorTenant) =>
        All.Where(entry => entry.Assignable && (operatorTenant || entry.Scope == TenantScope.Own));

    private static PermissionEntry Own(Permission permission, string id, string japanese, string english) => new(permission, id, TenantScope.Own, true, japanese, english);

    private static PermissionEntry Service(Permission permission, string id, string japanese, string english) => new(permission, id, TenantScope.Service, true, japanese, english);
}
