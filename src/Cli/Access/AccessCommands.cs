using System.CommandLine;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Access;

/// <summary><c>access list|ask|confirm|close</c> for operators, <c>consent list|grant|refuse|close</c> for the customer.</summary>
internal static class AccessCommands
{
    private const string Asked = "/api/v1/operator-access", Consents = "/api/v1/operator-access-consents";
    private const int DefaultMinutes = 60;

    private static readonly Column[] Columns =
    [
        new("askedAt", "Asked", "申請"), new("status", "State", "状態"), new("operatorName", "Operator", "運用者"), new("basis", "Basis", "根拠"), new("permissions", "Permissions", "権限"),
        new("minutes", "Minutes", "分"), new("reason", "Reason", "理由"), new("decidedBy", "Decided by", "判断者"), new("expiresAt", "Ends", "期限"), new("id", "Id", "ID"),
    ];

    public static IEnumerable<Command> Create(WithApi asCustomer, WithApi asOperator)
    {
        var (operators, customers) = (new CallMaker(asOperator), new CallMaker(asCustomer));
        var supportId = new Argument<string>("SUPPORT-ID") { Description = Words.Say("The customer's: AK and eight digits.", "お客様のサポート ID (AK と数字 8 桁)。") };
        var id = new Argument<string>("ID") { Description = Words.Say("As the list shows it.", "一覧に表示される ID。") };
        var reason = new Option<string>("--reason") { Description = Words.Say("Why; the customer reads it.", "理由。お客様に表示されます。"), Required = true };
        var permissions = new Option<string[]>("--permission") { Description = Words.Say("Id of a permission, for example traces.search.", "権限の ID。例: traces.search"), Required = true, AllowMultipleArgumentsPerToken = true };
        var minutes = new Option<int>("--minutes") { Description = Words.Say("15 to 1440.", "15～1440。"), DefaultValueFactory = _ => DefaultMinutes };
        var order = new Option<string?>("--legal-order") { Description = Words.Say("Number of the legal order; a second operator confirms instead of the customer.", "法令に基づく命令の番号。お客様の同意の代わりに、別の運用者が承認します。") };

        yield return new Command("access", Words.Say("Operators' access to customers' data.", "お客様データへの運用者のアクセス。"))
        {
            operators.List("list", Words.Say("Show what operators asked for, newest first.", "申請を新しい順に表示。"), new Rows(ApiRoute.Get(Asked), "items", "before"), Columns),
            operators.Call("ask", Words.Say("Ask a customer for access.", "お客様にアクセスを申請。"), ApiRoute.Post(Asked), parsed => new
            {
                supportId = parsed.GetRequiredValue(supportId), reason = parsed.GetRequiredValue(reason), basis = parsed.GetValue(order) is null ? "consent" : "legal-order",
                legalReference = parsed.GetValue(order), permissions = parsed.GetRequiredValue(permissions), minutes = parsed.GetValue(minutes),
            }, supportId, reason, permissions, minutes, order),
            operators.Call("confirm", Words.Say("Confirm another operator's access under a legal order.", "別の運用者による、命令に基づくアクセスを承認。"), ApiRoute.Post(Asked + "/{supportId}/{id}/confirm"), body: null, supportId, id),
            operators.Call("close", Words.Say("End an access.", "アクセスを終了。"), ApiRoute.Post(Asked + "/{supportId}/{id}/close"), body: null, supportId, id),
        };
        yield return new Command("consent", Words.Say("What operators ask of this contract.", "この契約への運用者の申請。"))
        {
            customers.List("list", Words.Say("Show what operators asked for, newest first.", "申請を新しい順に表示。"), new Rows(ApiRoute.Get(Consents), "items", "before"), Columns),
            Decide("grant", Words.Say("Let an operator in for the time asked for.", "申請された時間だけ許可。")),
            Decide("refuse", Words.Say("Refuse.", "拒否。")),
            Decide("close", Words.Say("End an access now.", "アクセスをすぐに終了。")),
        };

        ApiCommand Decide(string step, string about) => customers.Call(step, about, ApiRoute.Post(Consents + "/{id}/{step}").Fill("step", step), body: null, id);
    }
}
