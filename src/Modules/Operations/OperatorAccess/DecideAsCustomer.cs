using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Operations.OperatorAccess;

/// <summary>POST /operator-access-consents: the customer grants, refuses or withdraws.</summary>
internal static class DecideAsCustomer
{
    public static async Task<IResult> PostAsync([FromForm] Guid id, [FromForm] string step, HttpContext context, OperatorGrants grants)
    {
        if (!Enum.TryParse<GrantStep>(step, ignoreCase: true, out var wanted)) return Results.Redirect(OperatorAccessRoutes.ConsentPath);
        var outcome = await DecideAsync(context, grants, id, wanted);
        return outcome.TryGet(out _, out var failure) ? Results.Redirect($"{OperatorAccessRoutes.ConsentPath}?done={wanted}") : failure.ToProblem();
    }

    public static async Task<Outcome<OperatorGrant>> DecideAsync(HttpContext context, OperatorGrants grants, Guid id, GrantStep step)
    {
        var caller = context.Caller();
        // An operator acting on the tenant must not consent in the customer's name.
        if (caller.OperatorOf is not null || await grants.FindAsync(caller.Tenant, id, context.RequestAborted) is not { } grant || grant.Tenant != caller.Tenant) return new NoSuchAccess();
        if (grant.Basis == GrantBasis.LegalOrder) return new OperatorsDecide();
        return await grants.StepAsync(caller.Tenant, id, step, caller.DisplayName, AuditActor.Of(context), context.RequestAborted);
    }
}
