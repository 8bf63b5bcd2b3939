using Akashi.Platform.Errors;
using Akashi.Platform.OperatorAccess;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Operations.OperatorAccess;

/// <summary>POST /operator-access/confirm and /close on the console.</summary>
internal static class DecideAsOperator
{
    public static async Task<IResult> ConfirmAsync([FromForm] string supportId, [FromForm] Guid id, HttpContext context, OperatorSteps steps) =>
        Back(await steps.ConfirmAsync(context, supportId, id), "Confirmed");

    public static async Task<IResult> CloseAsync([FromForm] string supportId, [FromForm] Guid id, HttpContext context, OperatorSteps steps) =>
        Back(await steps.CloseAsync(context, supportId, id), "Closed");

    private static IResult Back(Outcome<OperatorGrant> outcome, string done) =>
        outcome.TryGet(out _, out var failure) ? Results.Redirect($"{OperatorAccessRoutes.AskedPath}?done={done}") : failure.ToProblem();
}
