using Akashi.Platform.Audit;

namespace Akashi.Identity.Users;

/// <summary>What the audit log calls acts on users, roles, tokens and one's own account.</summary>
internal static class PeopleActions
{
    public static readonly IReadOnlyList<AuditActionName> All =
    [
        new("user.add", "利用者の追加", "User added"),
        new("user.change", "利用者の変更", "User changed"),
        new("user.suspend", "利用者の停止", "User suspended"),
        new("user.reactivate", "利用者の再開", "User reactivated"),
        new("user.unlock", "利用者のロック解除", "User unlocked"),
        new("user.send-link", "利用者へのリンク送付", "Link sent to a user"),
        new("user.end-sessions", "利用者のサインインの終了", "User's sign-ins ended"),
        new("role.create", "役割の作成", "Role made"),
        new("role.change", "役割の変更", "Role changed"),
        new("role.delete", "役割の削除", "Role deleted"),
        new("sign-in-policy.change", "認証ポリシーの変更", "Sign-in policy changed"),
        new("token.create", "API トークンの発行", "API token made"),
        new("token.revoke", "API トークンの失効", "API token revoked"),
        new("account.activate", "初回のパスワード設定", "First password set"),
        new("account.reset-password", "リンクからのパスワード再設定", "Password reset by link"),
        new("account.change-password", "パスワードの変更", "Password changed"),
        new("account.ask-link", "パスワード再設定の依頼", "Password reset asked for"),
        new("account.end-session", "サインインの終了", "Sign-in ended"),
        new("account.end-other-sessions", "ほかのサインインの終了", "Other sign-ins ended"),
    ];
}
