using Akashi.Identity.Contracts;
using Akashi.Platform.Database;
using Akashi.Platform.Events;
using Akashi.Platform.Mail;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;

namespace Akashi.Operations.OperatorAccess;

/// <summary>
/// Tells those who may consent when an operator asks them, and when access under a legal order begins. An order that only was entered is no
/// question to them: they find it in their audit log.
/// </summary>
internal sealed class AccessMails(MailOutbox outbox, PeopleDirectory people, ServiceHosts hosts) : EventConsumer<OperatorAccessChanged>
{
    public const string Name = "operations.operator-access-mail";

    public static readonly MailTemplate Asked = new("operations.operator-access-asked",
        "【Akashi】運用者からのアクセスの申請",
        """
        {Name} 様

        サービスの運用者が、お客様のデータを見る許可を求めています。次のページで承認または却下してください。

        {Link}

        運用者: {Operator}
        理由: {Reason}
        見るもの: {Rights}
        時間: 承認から {Minutes} 分間

        承認されるまで、運用者はお客様のデータを見られません。承認したあとも、同じページでいつでも終了できます。
        運用者の操作は一つずつ監査ログに記録されます。
        """,
        "[Akashi] An operator asks for access",
        """
        Dear {Name},

        an operator of the service asks to see your data. Grant or refuse it here:

        {Link}

        Operator: {Operator}
        Reason: {Reason}
        To see: {Rights}
        For: {Minutes} minutes from your consent

        Until you grant it, your data stays closed to operators. You can end a granted access on the same page at any time.
        Everything that the operator does is recorded in your audit log.
        """);

    public static readonly MailTemplate Ordered = new("operations.operator-access-ordered",
        "【Akashi】法令に基づくアクセスの開始",
        """
        {Name} 様

        法令に基づく命令により、サービスの運用者によるお客様のデータへのアクセスが始まりました。このアクセスにお客様の承認は必要ありません。

        命令: {Order}
        運用者: {Operator}
        見るもの: {Rights}
        期限: {Until} (日本時間)

        別の運用者が命令を確認しています。運用者の操作は一つずつ監査ログに記録され、次のページで確認できます。

        {Link}
        """,
        "[Akashi] Access under a legal order",
        """
        Dear {Name},

        under a legal order an operator of the service now has access to your data. Your consent is not asked for.

        Order: {Order}
        Operator: {Operator}
        To see: {Rights}
        Until: {Until} (Japan time)

        A second operator has confirmed the order. Everything that the operator does is recorded in your audit log:

        {Link}
        """);

    public override async Task HandleAsync(TenantSession session, OperatorAccessChanged happened, CancellationToken cancellation)
    {
        var ordered = happened.LegalReference is not null;
        if (happened.Action != (ordered ? OperatorGrants.GrantAction : OperatorGrants.AskAction)) return;
        foreach (var person in await people.HoldersAsync(session, Permission.OperatorAccessConsent, cancellation))
            await outbox.EnqueueAsync(session, new OutgoingMail(person.Mail, person.DisplayName, ordered ? Ordered : Asked, person.Language, ValuesOf(happened, person, ordered)), cancellation);
    }

    private Dictionary<string, string> ValuesOf(OperatorAccessChanged happened, PersonContact person, bool ordered) => new(StringComparer.Ordinal)
    {
        ["Name"] = person.DisplayName, ["Operator"] = happened.OperatorName, ["Reason"] = happened.Reason, ["Order"] = happened.LegalReference ?? "", ["Minutes"] = $"{happened.Minutes}",
        ["Until"] = happened.ExpiresAt is { } until ? Jst.Second(until) : "", ["Rights"] = string.Join(person.Language == "ja" ? "、" : ", ", happened.Permissions.Select(id => NameOf(id, person.Language))),
        ["Link"] = hosts.OriginOf(ServiceHost.Console) + (ordered ? "/audit?action=operator-access" : OperatorAccessRoutes.ConsentPath),
    };

    private static string NameOf(string id, string language) => !PermissionCatalogue.TryFind(id, out var entry) ? id : language == "ja" ? entry.Japanese : entry.English;
}
