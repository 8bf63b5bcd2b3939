using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.OperatorAccess;

/// <summary>The same steps for programs.</summary>
internal static class AccessApi
{
    private const int PageSize = 50;

    internal sealed record AccessAnswer(
        Guid Id, string OperatorUserId, string OperatorName, string Reason, string Basis, string? LegalReference, IReadOnlyList<string> Permissions, int Minutes,
        string Status, DateTimeOffset AskedAt, string? DecidedBy, DateTimeOffset? DecidedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? ClosedAt);

    /// <param name="Next">Pass as <c>before</c> for older ones; null at the end.</param>
    internal sealed record AccessPage(IReadOnlyList<AccessAnswer> Items, Guid? Next);

    public static Task<IResult> ListAskedAsync(HttpContext context, OperatorGrants grants, TimeProvider clock, Guid? before) => ListAsync(context, grants, clock, before);

    public static Task<IResult> ListConsentsAsync(HttpContext context, OperatorGrants grants, TimeProvider clock, Guid? before) => ListAsync(context, grants, clock, before);

    public static async Task<IResult> AskAsync(AskedAccess asked, HttpContext context, OperatorSteps steps, TimeProvider clock) => Answer(await steps.AskAsync(context, asked), clock);

    public static async Task<IResult> ConfirmAsync(string supportId, Guid id, HttpContext context, OperatorSteps steps, TimeProvider clock) => Answer(await steps.ConfirmAsync(context, supportId, id), clock);

    public static async Task<IResult> CloseAsync(string supportId, Guid id, HttpContext context, OperatorSteps steps, TimeProvider clock) => Answer(await steps.CloseAsync(context, supportId, id), clock);

    public static async Task<IResult> DecideAsync(Guid id, string step, HttpContext context, OperatorGrants grants, TimeProvider clock) =>
        Enum.TryParse<GrantStep>(step, ignoreCase: true, out var wanted) && Enum.IsDefined(wanted)
            ? Answer(await DecideAsCustomer.DecideAsync(context, grants, id, wanted), clock)
            : new FieldInvalid("step", step, "grant, refuse, close").ToProblem();

    private static async Task<IResult> ListAsync(HttpContext context, OperatorGrants grants, TimeProvider clock, Guid? before)
    {
        var found = await grants.ListAsync(context.Caller().Tenant, before, PageSize, context.RequestAborted);
        return Results.Json(new AccessPage([.. found.Select(grant => ToAnswer(grant, clock))], found.Count == PageSize ? found[^1].Id : null));
    }

    private static IResult Answer(Outcome<OperatorGrant> outcome, TimeProvider clock) =>
        outcome.TryGet(out var grant, out var failure) ? Results.Json(ToAnswer(grant, clock)) : failure.ToProblem();

    private static AccessAnswer ToAnswer(OperatorGrant grant, TimeProvider clock) => new(
        grant.Id, grant.OperatorUserId, grant.OperatorName, grant.Reason, grant.Basis == GrantBasis.LegalOrder ? "legal-order" : "consent", grant.LegalReference, grant.Permissions, grant.Minutes,
        grant.StatusAt(clock.GetUtcNow()).ToString().ToLower(CultureInfo.InvariantCulture), grant.AskedAt, grant.DecidedBy, grant.DecidedAt, grant.ExpiresAt, grant.ClosedAt);
}
