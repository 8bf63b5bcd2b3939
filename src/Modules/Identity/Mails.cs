using System.Globalization;
using Akashi.Platform.Mail;
using Akashi.Platform.Web;

namespace Akashi.Identity;

/// <summary>What Identity writes to people.</summary>
internal static class Mails
{
    private static readonly MailTemplate FirstAccess = new("identity.first-access",
        "【Akashi】アカウントのご案内",
        """
        {Name} 様

        Akashi のアカウントが用意されました。次のリンクを開き、パスワードを設定してください。

        {Link}

        リンクは一度だけ使えます。期限は 7 日間です。
        期限が切れたときは、次のページから新しいリンクを受け取れます。

        {Forgotten}

        契約 ID (サポート ID): {SupportId}
        ユーザー ID: {UserId}
        サインイン: {Portal}

        お心当たりのない場合は、このメールを破棄してください。
        """,
        "[Akashi] Your account",
        """
        Dear {Name},

        an account at Akashi was made for you. Open this link and set your password:

        {Link}

        The link works once, for 7 days. When it has expired, get a new one here:

        {Forgotten}

        Contract id (support id): {SupportId}
        User id: {UserId}
        Sign in: {Portal}

        If you do not expect this, delete this mail.
        """);

    private static readonly MailTemplate Reset = new("identity.password-reset",
        "【Akashi】パスワード再設定のご案内",
        """
        {Name} 様

        パスワードの再設定を受け付けました。次のリンクを開き、新しいパスワードを設定してください。

        {Link}

        リンクは一度だけ使えます。期限は 30 分です。
        設定すると、すべての端末でのサインインが終了します。

        契約 ID (サポート ID): {SupportId}
        ユーザー ID: {UserId}

        お心当たりのない場合は、このメールを破棄してください。いまのパスワードはそのまま使えます。
        サインインのページ: {Portal}
        パスワードを忘れたとき: {Forgotten}
        """,
        "[Akashi] Set a new password",
        """
        Dear {Name},

        somebody asked for a new password for your account. Open this link and set it:

        {Link}

        The link works once, for 30 minutes. Setting a new password ends your sign-ins on all devices.

        Contract id (support id): {SupportId}
        User id: {UserId}

        If it was not you, delete this mail; your present password goes on working.
        Sign in: {Portal}
        Forgot your password: {Forgotten}
        """);

    private static readonly MailTemplate Changed = new("identity.password-changed",
        "【Akashi】パスワードが変更されました",
        """
        {Name} 様

        {Time} (日本時間) に、あなたのパスワードが変更されました。
        接続元: {Address}

        お心当たりのない場合は、すぐに次のページで新しいパスワードを設定し、契約の管理者に連絡してください。

        {Forgotten}
        """,
        "[Akashi] Your password was changed",
        """
        Dear {Name},

        your password was changed at {Time} (Japan time).
        From: {Address}

        If it was not you, set a new one at once and tell an administrator of your contract:

        {Forgotten}
        """);

    private static readonly MailTemplate Code = new("identity.sign-in-code",
        "【Akashi】確認コード",
        """
        {Name} 様

        サインインの確認コードです。サインインの画面に入力してください。

        {Code}

        有効期限は 10 分です。コードはサインインを始めたブラウザーでだけ使えます。
        接続元: {Address}

        お心当たりのない場合は、パスワードを知られているおそれがあります。パスワードを変更し、契約の管理者に連絡してください。
        """,
        "[Akashi] Your sign-in code",
        """
        Dear {Name},

        type this code into the sign-in page:

        {Code}

        It is valid for 10 minutes, in the browser in which you began to sign in.
        From: {Address}

        If it was not you, somebody may know your password: change it and tell an administrator of your contract.
        """);

    public static OutgoingMail Link(string address, string name, string supportId, string userId, string language, string link, bool firstAccess, ServiceHosts hosts) =>
        new(address, name, firstAccess ? FirstAccess : Reset, language, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Name"] = name, ["Link"] = link, ["SupportId"] = supportId, ["UserId"] = userId, ["Portal"] = hosts.OriginOf(ServiceHost.Portal) + "/", ["Forgotten"] = ForgottenAddress(hosts),
        }, Secret: true);

    public static OutgoingMail PasswordChanged(string address, string name, string language, DateTimeOffset at, string from, ServiceHosts hosts) =>
        new(address, name, Changed, language, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Name"] = name, ["Time"] = Portal.Contracts.Jst.Second(at), ["Address"] = from, ["Forgotten"] = ForgottenAddress(hosts),
        });

    public static OutgoingMail SignInCode(string address, string name, string language, int code, string from) =>
        new(address, name, Code, language, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Name"] = name, ["Code"] = code.ToString("D6", CultureInfo.InvariantCulture), ["Address"] = from,
        }, Secret: true);

    private static string ForgottenAddress(ServiceHosts hosts) => hosts.OriginOf(ServiceHost.Portal) + "/forgotten";
}
