using Akashi.Identity.Contracts;
using Akashi.Identity.Users;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Tenants;

/// <summary>What operators do to contracts, shared by pages and API.</summary>
internal sealed class TenantSteps(CreateTenant create, TenantRegister register, TenantLifecycle lifecycle)
{
    public async Task<Outcome<TenantDetail>> CreateAsync(HttpContext context, TenantsApi.NewContract wanted)
    {
        if (wanted.Contract is null) return new FieldInvalid("contract", "null", "{…}");
        if (!wanted.Contract.Read().TryGet(out var terms, out var failure)) return failure;
        if (!UserFields.CheckUserId(wanted.AdministratorUserId).TryGet(out var userId, out failure)) return Named(failure, "administratorUserId");
        if (!UserFields.Check(wanted.AdministratorName, wanted.AdministratorMail).TryGet(out var fields, out failure))
            return Named(failure, failure is FieldInvalid { Field: "mail" } ? "administratorMail" : "administratorName");
        var person = new NewUser(userId, fields.DisplayName, fields.Mail, Roles.Administrator);
        var outcome = await create.CreateAsync(supportId => new NewTenant(supportId, wanted.Contract.Name.Trim(), TenantKind.Customer, terms, person), AuditActor.Of(context), context.RequestAborted);
        return outcome.TryGet(out var made, out failure) ? (await register.FindAsync(made.SupportId, context.RequestAborted))! : failure;
    }

    /// <summary>The same fault under the name that the field has in a new contract.</summary>
    private static Failure Named(Failure failure, string field) => failure is FieldInvalid invalid ? invalid with { Field = field } : failure;

    /// <param name="days">Of the countdown, for <see cref="ContractStep.End"/>.</param>
    public async Task<Outcome<TenantDetail>> StepAsync(HttpContext context, string supportId, ContractStep step, int? days)
    {
        if (await register.FindAsync(supportId, context.RequestAborted) is not { } found) return new NoSuchContract();
        var actor = AuditActor.Of(context);
        Outcome<TenantStatus> outcome = step switch
        {
            ContractStep.Suspend => await lifecycle.SuspendAsync(found.Id, actor, context.RequestAborted),
            ContractStep.Resume => await lifecycle.ResumeAsync(found.Id, actor, context.RequestAborted),
            ContractStep.End => await lifecycle.EndAsync(found.Id, days ?? TenantLifecycle.DefaultCountdownDays, actor, context.RequestAborted),
            ContractStep.TakeBack => await lifecycle.TakeBackAsync(found.Id, actor, context.RequestAborted),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "is not done by people"),
        };
        return outcome.TryGet(out _, out var failure) ? (await register.FindAsync(found.Id, context.RequestAborted))! : failure;
    }
}
