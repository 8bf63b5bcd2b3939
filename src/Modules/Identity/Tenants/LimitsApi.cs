using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Tenants;

/// <summary><c>/api/v1/tenants/{supportId}/limits</c> for operators, <c>/api/v1/contract/limits</c> for the customer itself.</summary>
internal static class LimitsApi
{
    /// <param name="Kind">requests, ingest (used: bytes; refused: batches) or searches.</param>
    internal sealed record UseItem(string Kind, long UsedLastHour, long RefusedLastHour, long UsedLastDay, long RefusedLastDay);

    /// <param name="Limits">As they hold now, over all nodes together.</param>
    /// <param name="Plan">As the contract's plan says.</param>
    /// <param name="Own">What the operator set instead; null where the plan holds.</param>
    /// <param name="Nodes">Servers that share them now.</param>
    internal sealed record LimitsAnswer(TenantLimits Limits, TenantLimits Plan, TenantLimitChange Own, int Nodes, IReadOnlyList<UseItem> Use);

    public static async Task<IResult> GetAsync(string supportId, HttpContext context, TenantRegister register, TenantLimitBook book, QuotaUse use) =>
        await register.FindAsync(supportId, context.RequestAborted) is { } found ? Results.Json(await AnswerAsync(found.Id, book, use, context.RequestAborted)) : new NoSuchContract().ToProblem();

    public static async Task<IResult> PutAsync(string supportId, TenantLimitChange change, HttpContext context, TenantRegister register, TenantLimitBook book, QuotaUse use)
    {
        if (await register.FindAsync(supportId, context.RequestAborted) is not { } found) return new NoSuchContract().ToProblem();
        if (found.Status == Contracts.TenantStatus.Erased) return new ContractErased().ToProblem();
        var outcome = await book.ChangeAsync(found.Id, AuditActor.Of(context), change, context.RequestAborted);
        return outcome.TryGet(out _, out var failure) ? Results.Json(await AnswerAsync(found.Id, book, use, context.RequestAborted)) : failure.ToProblem();
    }

    public static async Task<IResult> OwnAsync(HttpContext context, TenantLimitBook book, QuotaUse use) => Results.Json(await AnswerAsync(context.Caller().Tenant, book, use, context.RequestAborted));

    private static async Task<LimitsAnswer> AnswerAsync(TenantId tenant, TenantLimitBook book, QuotaUse use, CancellationToken cancellation)
    {
        var limits = await book.FindAsync(tenant, cancellation);
        var used = (await use.ReadAsync(tenant, cancellation)).Select(one => new UseItem(one.Kind.ToString().ToLowerInvariant(), one.UsedHour, one.RefusedHour, one.UsedDay, one.RefusedDay));
        return new LimitsAnswer(limits.Effective, limits.Plan, limits.Own, limits.Nodes, [.. used]);
    }
}
