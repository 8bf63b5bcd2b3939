using System.Globalization;
using Akashi.Identity.Contracts;
using Akashi.Platform.Errors;
using Akashi.Platform.Hosting;
using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Identity.Tenants.Pages;

internal sealed record TenantView(TenantDetail Detail, string Region, bool AsOperator, bool MayManage, bool MaySetLimits, LimitsInForce Limits, IReadOnlyList<QuotaUsed> Use, Failure? Failure, string? Done);

/// <summary>GET /tenants/{supportId} and its steps for operators; GET /contract for the customer.</summary>
internal static class ShowTenant
{
    internal sealed class Step
    {
        public string? Name { get; init; }

        /// <summary>The support id, typed once more before a contract ends.</summary>
        public string? Typed { get; init; }

        public string? Days { get; init; }
    }

    public static async Task<IResult> HandleAsync(string supportId, HttpContext context, TenantRegister register, string? done) =>
        await register.FindAsync(supportId, context.RequestAborted) is { } found ? await ShowAsync(context, found, null, done) : new NoSuchContract().ToProblem();

    public static async Task<IResult> OwnAsync(HttpContext context, TenantRegister register) =>
        await ShowAsync(context, (await register.FindAsync(context.Caller().Tenant, context.RequestAborted))!, null, null, asOperator: false);

    public static async Task<IResult> StepAsync(string supportId, [FromForm] Step form, HttpContext context, TenantSteps steps, TenantRegister register)
    {
        if (await register.FindAsync(supportId, context.RequestAborted) is not { } found) return new NoSuchContract().ToProblem();
        if (!Enum.TryParse<ContractStep>(form.Name, out var step) || step is not (ContractStep.Suspend or ContractStep.Resume or ContractStep.End or ContractStep.TakeBack)) return new NoSuchContract().ToProblem();
        if (step == ContractStep.End && SupportId.TryFold(form.Typed) != found.SupportId) return await ShowAsync(context, found, new NameNotTyped(found.SupportId), null);
        int? days = step == ContractStep.End ? int.TryParse(form.Days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0 : null;
        var outcome = await steps.StepAsync(context, found.SupportId, step, days);
        return outcome.TryGet(out _, out var failure) ? Results.Redirect($"{TenantPages.Path}/{found.SupportId}?done={step}") : await ShowAsync(context, found, failure, null);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, TenantDetail found, Failure? failure, string? done, bool asOperator = true)
    {
        var services = context.RequestServices;
        var manages = asOperator && context.Caller().Permissions.Contains(Permission.TenantsManage);
        object view = new TenantView(found, services.GetRequiredService<ServerOptions>().Region, asOperator, manages && !found.IsOperator, manages && found.Status != TenantStatus.Erased,
            await services.GetRequiredService<TenantLimitBook>().FindAsync(found.Id, context.RequestAborted), await services.GetRequiredService<QuotaUse>().ReadAsync(found.Id, context.RequestAborted), failure, done);
        return Page.Show<TenantPage>(new { Model = view }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
