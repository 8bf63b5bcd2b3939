using Akashi.Platform.Audit;
using Akashi.Platform.OperatorAccess;

namespace Akashi.Operations.OperatorAccess;

/// <summary>What the audit log says of operators' access, in words.</summary>
internal static class AccessActions
{
    public static readonly AuditActionName[] All =
    [
        new(OperatorGrants.AskAction, "運用者のアクセスの申請", "Operator asked for access"),
        new(OperatorGrants.GrantAction, "運用者のアクセスの承認", "Operator access granted"),
        new("operator-access.refuse", "運用者のアクセスの却下", "Operator access refused"),
        new("operator-access.close", "運用者のアクセスの終了", "Operator access closed"),
        new("operator-access.request", "運用者による操作", "Request by an operator"),
    ];
}
