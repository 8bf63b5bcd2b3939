using System.Globalization;
using Akashi.Platform.Errors;
using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.Tenants.Pages;

internal sealed record TenantView(TenantDetail Detail, string Region, bool AsOperator, bool MayManage, Failure? Failure, string? Done);

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

    public static async Task<IResult> HandleAsync(string supportId, HttpContext context, TenantRegister register, ServerOptions options, string? done) =>
        await register.FindAsync(supportId, context.RequestAborted) is { } found ? Show(context, found, options, null, done) : new NoSuchContract().ToProblem();

    public static async Task<IResult> OwnAsync(HttpContext context, TenantRegister register, ServerOptions options)
    {
        object view = new TenantView((await register.FindAsync(context.Caller().Tenant, context.RequestAborted))!, options.Region, AsOperator: false, MayManage: false, null, null);
        return Page.Show<TenantPage>(new { Model = view });
    }

    public static async Task<IResult> StepAsync(string supportId, [FromForm] Step form, HttpContext context, TenantSteps steps, TenantRegister register, ServerOptions options)
    {
        if (await register.FindAsync(supportId, context.RequestAborted) is not { } found) return new NoSuchContract().ToProblem();
        if (!Enum.TryParse<ContractStep>(form.Name, out var step) || step is not (ContractStep.Suspend or ContractStep.Resume or ContractStep.End or ContractStep.TakeBack)) return new NoSuchContract().ToProblem();
        if (step == ContractStep.End && SupportId.TryFold(form.Typed) != found.SupportId) return Show(context, found, options, new NameNotTyped(found.SupportId), null);
        int? days = step == ContractStep.End ? int.TryParse(form.Days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0 : null;
        var outcome = await steps.StepAsync(context, found.SupportId, step, days);
        return outcome.TryGet(out _, out var failure) ? Results.Redirect($"{TenantPages.Path}/{found.SupportId}?done={step}") : Show(context, found, options, failure, null);
    }

    private static IResult Show(HttpContext context, TenantDetail found, ServerOptions options, Failure? failure, string? done)
    {
        object view = new TenantView(found, options.Region, AsOperator: true, context.Caller().Permissions.Contains(Permission.TenantsManage) && !found.IsOperator, failure, done);
        return Page.Show<TenantPage>(new { Model = view }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
