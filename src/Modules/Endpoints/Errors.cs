using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints;

internal sealed record EnrolmentTokenRefused() : Failure("enrolment-token-refused", StatusCodes.Status403Forbidden)
{
    public override string Japanese => "登録トークンが正しくないか、使用済みか、有効期限切れです。管理者に新しいトークンを発行してもらってください。";
    public override string English => "The enrolment token is wrong, used or expired. Ask an administrator for a new one.";
}

internal sealed record TerminalExists(string Tmid) : Failure("terminal-exists", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"端末ID「{Quoted.Of(Tmid)}」は登録済みです。別の端末IDで登録してください (エージェントのデータを消して再インストールすると新しい端末IDになります)。";
    public override string English => $"The terminal id '{Quoted.Of(Tmid)}' is enrolled already. Enrol under another one (an agent installed anew with an empty data folder takes a new id).";
}

internal sealed record ContractOver() : Failure("contract-over", StatusCodes.Status403Forbidden)
{
    public override string Japanese => "この端末の契約は終了しました。証跡は受け付けません。契約の管理者に確認してください。";
    public override string English => "The contract of this terminal has ended, so its traces are not taken. Ask the contract's administrator.";
}
