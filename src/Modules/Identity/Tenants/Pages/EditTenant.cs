using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Errors;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Tenants.Pages;

/// <param name="SupportId">Null for a new contract, which also names its first administrator.</param>
internal sealed record EditView(string? SupportId, TenantsApi.NewContract Contract, Failure? Failure);

/// <summary>Forms for a new contract and for changing one.</summary>
internal static class EditTenant
{
    public static IResult New(TimeProvider clock) =>
        Show(null, new TenantsApi.NewContract(new ContractFields("", "standard", [], false, JstDay.Of(clock.GetUtcNow()).ToString(), "", "", "", "", ""), "admin", "", ""), null);

    public static async Task<IResult> CreateAsync(IFormCollection form, HttpContext context, TenantSteps steps)
    {
        var wanted = Read(form);
        var outcome = await steps.CreateAsync(context, wanted);
        return outcome.TryGet(out var made, out var failure) ? Results.Redirect($"{TenantPages.Path}/{made.SupportId}?done=Create") : Show(null, wanted, failure);
    }

    public static async Task<IResult> EditAsync(string supportId, HttpContext context, TenantRegister register)
    {
        if (await register.FindAsync(supportId, context.RequestAborted) is not { IsOperator: false } found) return new NoSuchContract().ToProblem();
        var terms = found.Terms;
        var fields = new ContractFields(found.Name, terms.Plan, terms.Options, terms.Trial, terms.StartsOn.ToString(), terms.EndsOn?.ToString(), terms.Applicant.Name, terms.Applicant.Mail, terms.AccountRecipient.Name, terms.AccountRecipient.Mail);
        return Show(found.SupportId, new TenantsApi.NewContract(fields, "", "", ""), null);
    }

    public static async Task<IResult> ChangeAsync(string supportId, IFormCollection form, HttpContext context, TenantRegister register)
    {
        if (await register.FindAsync(supportId, context.RequestAborted) is not { } found) return new NoSuchContract().ToProblem();
        var wanted = Read(form);
        var outcome = await register.ChangeAsync(found.Id, wanted.Contract, AuditActor.Of(context), context.RequestAborted);
        return outcome.TryGet(out _, out var failure) ? Results.Redirect($"{TenantPages.Path}/{found.SupportId}?done=Change") : Show(found.SupportId, wanted, failure);
    }

    private static TenantsApi.NewContract Read(IFormCollection form) => new(
        new ContractFields(
            form["name"].ToString(), form["plan"].ToString(), [.. form["option"].OfType<string>()], form["trial"] == "on", form["startsOn"].ToString(), form["endsOn"].ToString(),
            form["applicantName"].ToString(), form["applicantMail"].ToString(), form["accountRecipientName"].ToString(), form["accountRecipientMail"].ToString()),
        form["administratorUserId"].ToString(), form["administratorName"].ToString(), form["administratorMail"].ToString());

    private static IResult Show(string? supportId, TenantsApi.NewContract contract, Failure? failure) =>
        Page.Show<EditTenantPage>(new { Model = (object)new EditView(supportId, contract, failure) }, failure?.Status ?? StatusCodes.Status200OK);
}
