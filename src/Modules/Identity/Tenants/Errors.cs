using Akashi.Platform.Errors;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Tenants;

internal sealed record NoSuchContract() : Failure("no-such-contract", StatusCodes.Status404NotFound)
{
    public override string Japanese => "その契約はありません。契約の一覧から選び直してください。";
    public override string English => "There is no such contract. Choose one from the list of contracts.";
}

internal sealed record OperatorStays() : Failure("operator-stays", StatusCodes.Status409Conflict)
{
    public override string Japanese => "サービス運用者自身の契約は停止も終了もできません。";
    public override string English => "The operator's own contract can neither be suspended nor ended.";
}

internal sealed record ContractNotIn(string State, ContractStep Step) : Failure("contract-state", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"契約は「{State}」の状態のため、「{Step}」はできません。画面を開き直して現在の状態を確かめてください。";
    public override string English => $"The contract is {State}, so the step {Step} cannot be taken. Reload to see its state.";
}

internal sealed record ErasureBegun(DateTimeOffset Since) : Failure("erasure-begun", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"消去の期限 ({Jst.Second(Since)}) を過ぎ、データの消去が始まっているため、終了を取り消せません。新しい契約を作成してください。";
    public override string English => $"The countdown ran out at {Jst.Second(Since)} JST and the data is being erased, so the end cannot be taken back. Create a new contract.";
}

internal sealed record ErasureWaits() : Failure("erasure-waits", StatusCodes.Status409Conflict)
{
    public override string Japanese => "バックアップの実行中です。鍵は破棄済みで、残りのデータは次の実行で消去します。";
    public override string English => "A backup is running. The key is destroyed already; the rest is erased at the next run.";
}

internal sealed record NotDue(DateTimeOffset? EraseAt) : Failure("erasure-not-due", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"データの消去は {(EraseAt is { } due ? Jst.Second(due) : "未定")} の予定です。それまでは消去できません。";
    public override string English => $"The data is due to be erased at {(EraseAt is { } due ? Jst.Second(due) : "no time yet")} JST and not before.";
}

internal sealed record SupportIdsUsedUp() : Failure("support-ids-used-up", StatusCodes.Status409Conflict)
{
    public override string Japanese => "サポート ID の番号を使い切りました。開発元に連絡してください。";
    public override string English => "There are no support ids left. Contact the maker.";
}

internal sealed record ContractErased() : Failure("contract-erased", StatusCodes.Status409Conflict)
{
    public override string Japanese => "この契約のデータは消去済みのため、変更できません。新しい契約を作成してください。";
    public override string English => "The data of this contract was erased, so it cannot be changed. Create a new contract.";
}

internal sealed record NameNotTyped(string SupportId) : Failure("name-not-typed", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => $"確認のため、サポート ID「{Quoted.Of(SupportId)}」をそのまま入力してください。";
    public override string English => $"To confirm, type the support id '{Quoted.Of(SupportId)}' exactly.";
}
