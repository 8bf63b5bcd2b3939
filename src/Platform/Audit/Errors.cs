using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Audit;

internal sealed record AuditSearchTooBroad(int Seconds) : Failure("audit-search-too-broad", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => $"検索が {Seconds} 秒以内に終わりませんでした。期間を短くするか、操作の種類を選んでください。";
    public override string English => $"The search did not end within {Seconds} seconds. Choose a shorter time range or an action.";
}

internal sealed record AuditExportEmpty() : Failure("audit-export-empty", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => "出力する監査ログがありません。条件を変えるか、記録が署名されるまで数秒お待ちください。";
    public override string English => "There are no audit entries to export. Change the conditions, or wait some seconds until the entries are signed.";
}

internal sealed record AuditExportTooLarge(int Maximum) : Failure("audit-export-too-large", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => $"一度に出力できる監査ログは {Maximum} 件までです。期間を分けて出力してください。";
    public override string English => $"At most {Maximum} audit entries can be exported at once. Export shorter time ranges one after another.";
}
