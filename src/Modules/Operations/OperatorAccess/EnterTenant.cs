using Akashi.Identity.Contracts;
using Akashi.Platform.Errors;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Operations.OperatorAccess;

/// <summary>POST /operator-access/enter: the console now acts on the customer's tenant; POST /operator-access-leave: back home.</summary>
internal static class EnterTenant
{
    public static async Task<IResult> EnterAsync([FromForm] string supportId, HttpContext context, OperatorSteps steps, OperatorGrants grants)
    {
        var caller = context.Caller();
        if (await steps.FindAsync(supportId, context) is not { } tenant
            || await grants.FindOpenAsync(tenant.Id, caller.Tenant, caller.Subject, context.RequestAborted) is null) return new NoSuchAccess().ToProblem();
        OperatorCookie.Set(context, tenant.SupportId);
        return Results.Redirect("/");
    }

    /// <summary>The form carries nothing but its token against forgery; binding it is what makes the server check that.</summary>
    public static IResult Leave(IFormCollection form, HttpContext context)
    {
        _ = form;
        OperatorCookie.Remove(context);
        return Results.Redirect(OperatorAccessRoutes.AskedPath);
    }
}
