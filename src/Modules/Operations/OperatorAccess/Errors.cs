using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.OperatorAccess;

internal sealed record NoSuchCustomer(string SupportId) : Failure("no-such-customer", StatusCodes.Status404NotFound)
{
    public override string Japanese => $"サポート ID「{Quoted.Of(SupportId)}」のお客様はありません。AK と数字 8 桁で入力してください。";
    public override string English => $"There is no customer with the support id '{Quoted.Of(SupportId)}'. Give AK and eight digits.";
}

internal sealed record NoSuchAccess() : Failure("no-such-access", StatusCodes.Status404NotFound)
{
    public override string Japanese => "そのアクセスの申請はありません。一覧から選び直してください。";
    public override string English => "There is no such request for access. Choose one from the list.";
}

internal sealed record CustomerDecides() : Failure("customer-decides", StatusCodes.Status409Conflict)
{
    public override string Japanese => "この申請はお客様の承認を待っています。お客様の管理者がコンソールの「運用者のアクセス」で承認します。";
    public override string English => "This request waits for the customer, whose administrator consents on the console under 'Operator access'.";
}

internal sealed record SecondPersonNeeded() : Failure("second-person-needed", StatusCodes.Status403Forbidden)
{
    public override string Japanese => "申請した本人は確認できません。別の運用者が確認してください。";
    public override string English => "Whoever asked cannot confirm. Another operator must do so.";
}

internal sealed record OperatorsDecide() : Failure("operators-decide", StatusCodes.Status409Conflict)
{
    public override string Japanese => "法令に基づくアクセスはお客様の承認によらず、別の運用者が確認します。内容は監査ログで確かめられます。";
    public override string English => "Access on a legal order does not rest on your consent; a second operator confirms it. What was done is in the audit log.";
}
