using Akashi.Platform.Audit;

namespace Akashi.Identity.Tenants;

/// <summary>What the audit log says of contracts, in words.</summary>
internal static class ContractActions
{
    public static readonly AuditActionName[] All =
    [
        new("contract.create", "契約の登録", "Contract registered"),
        new("contract.change", "契約の変更", "Contract changed"),
        new("contract.suspend", "契約の停止", "Contract suspended"),
        new("contract.resume", "契約の停止の解除", "Contract resumed"),
        new("contract.end", "契約の終了", "Contract ended"),
        new("contract.take-back", "契約の終了の取り消し", "End of contract taken back"),
        new("contract.erase", "契約のデータの消去", "Data of contract erased"),
    ];
}
