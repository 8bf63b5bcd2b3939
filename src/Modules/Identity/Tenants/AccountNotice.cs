using Akashi.Platform.Mail;
using Akashi.Platform.Web;

namespace Akashi.Identity.Tenants;

/// <summary>The mail that opens a contract: addresses, ids and the link with which the first person chooses a password (IT-12, IT-22).</summary>
internal static class AccountNotice
{
    public static readonly MailTemplate Template = new(
        "identity.account-notice",
        "アカウントのお知らせ({TenantName})",
        """
        {Name} 様

        Akashi のご契約のアカウントをお知らせします。

        サポート ID: {SupportId}
        利用者 ID: {UserId}

        次のリンクを開き、パスワードを決めてください(一度だけ使えます)。
        {Link}

        ポータル: {Portal}
        管理コンソール: {Console}
        エージェントの配布: {Download}

        お心当たりがない場合は、このメールを破棄してください。
        """,
        "Your account ({TenantName})",
        """
        Dear {Name},

        This is the account of your Akashi contract.

        Support id: {SupportId}
        User id: {UserId}

        Open this link and choose a password (it works once):
        {Link}

        Portal: {Portal}
        Management console: {Console}
        Agent downloads: {Download}

        If you do not expect this mail, please discard it.
        """);

    public static Dictionary<string, string> Values(ServiceHosts hosts, NewTenant tenant, string link) => new(StringComparer.Ordinal)
    {
        ["Name"] = tenant.FirstUser.DisplayName,
        ["TenantName"] = tenant.Name,
        ["SupportId"] = tenant.SupportId,
        ["UserId"] = tenant.FirstUser.UserId,
        ["Link"] = link,
        ["Portal"] = hosts.OriginOf(ServiceHost.Portal) + "/",
        ["Console"] = hosts.OriginOf(ServiceHost.Console) + "/",
        ["Download"] = hosts.OriginOf(ServiceHost.Console) + "/terminals/add",
    };
}
