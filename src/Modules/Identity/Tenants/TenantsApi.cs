using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Tenants;

/// <summary>Contracts for programs: <c>/api/v1/tenants</c> for operators, <c>/api/v1/contract</c> for the customer itself.</summary>
internal static class TenantsApi
{
    private const int PageSize = 100;

    /// <param name="Administrator">The customer's first person.</param>
    internal sealed record NewContract(ContractFields Contract, string AdministratorUserId, string AdministratorName, string AdministratorMail);

    internal sealed record EndRequest(string SupportId, int? CountdownDays);

    internal sealed record TenantItem(string SupportId, string Name, string Status, DateTimeOffset CreatedAt);

    /// <param name="Next">Pass as <c>after</c> for the next page; null at the end.</param>
    internal sealed record TenantItems(IReadOnlyList<TenantItem> Items, string? Next);

    internal sealed record ContractAnswer(
        string SupportId, string Name, string Status, string Plan, IReadOnlyList<string> Options, IReadOnlyList<string> Entitlements, bool Trial, string StartsOn, string? EndsOn,
        string ApplicantName, string ApplicantMail, string AccountRecipientName, string AccountRecipientMail, DateTimeOffset? EndedAt, DateTimeOffset? EraseAt, DateTimeOffset? ErasedAt, string Region);

    public static async Task<IResult> ListAsync(HttpContext context, TenantRegister register, string? search, string? status, string? after, int? limit)
    {
        if (search is { Length: > 200 }) return new FieldInvalid("search", search, "≤ 200").ToProblem();
        if (limit is < 1 or > TenantRegister.MaximumPage) return new FieldInvalid("limit", $"{limit}", $"1–{TenantRegister.MaximumPage}").ToProblem();
        TenantStatus? wanted = null;
        if (status is not null)
        {
            if (!Enum.TryParse<TenantStatus>(status, ignoreCase: true, out var known) || !Enum.IsDefined(known)) return new FieldInvalid("status", status, "active, suspended, ended, erased").ToProblem();
            wanted = known;
        }
        var size = limit ?? PageSize;
        var rows = await register.ListAsync(new TenantListRequest(search, wanted, after is { Length: <= 64 } ? after : null, size + 1), context.RequestAborted);
        var items = rows.Take(size).Select(row => new TenantItem(row.SupportId, row.Name, row.Status.ToString().ToLowerInvariant(), row.CreatedAt)).ToList();
        return Results.Json(new TenantItems(items, rows.Count > size ? items[^1].SupportId : null));
    }

    public static async Task<IResult> CreateAsync(NewContract wanted, HttpContext context, TenantSteps steps, ServerOptions options)
    {
        var outcome = await steps.CreateAsync(context, wanted);
        return outcome.TryGet(out var made, out var failure) ? Results.Json(Answer(made, options), statusCode: StatusCodes.Status201Created) : failure.ToProblem();
    }

    public static async Task<IResult> GetAsync(string supportId, HttpContext context, TenantRegister register, ServerOptions options) =>
        await register.FindAsync(supportId, context.RequestAborted) is { } found ? Results.Json(Answer(found, options)) : new NoSuchContract().ToProblem();

    public static async Task<IResult> ChangeAsync(string supportId, ContractFields fields, HttpContext context, TenantRegister register, ServerOptions options)
    {
        if (await register.FindAsync(supportId, context.RequestAborted) is not { } found) return new NoSuchContract().ToProblem();
        var outcome = await register.ChangeAsync(found.Id, fields, AuditActor.Of(context), context.RequestAborted);
        return outcome.TryGet(out var changed, out var failure) ? Results.Json(Answer(changed, options)) : failure.ToProblem();
    }

    public static Task<IResult> SuspendAsync(string supportId, HttpContext context, TenantSteps steps, ServerOptions options) => StepAsync(supportId, ContractStep.Suspend, null, context, steps, options);

    public static Task<IResult> ResumeAsync(string supportId, HttpContext context, TenantSteps steps, ServerOptions options) => StepAsync(supportId, ContractStep.Resume, null, context, steps, options);

    public static Task<IResult> TakeBackAsync(string supportId, HttpContext context, TenantSteps steps, ServerOptions options) => StepAsync(supportId, ContractStep.TakeBack, null, context, steps, options);

    /// <summary>The body repeats the support id: ending a contract is not done by a mistyped address.</summary>
    public static Task<IResult> EndAsync(string supportId, EndRequest end, HttpContext context, TenantSteps steps, ServerOptions options) =>
        SupportId.TryFold(end?.SupportId) is { } typed && typed == SupportId.TryFold(supportId)
            ? StepAsync(supportId, ContractStep.End, end!.CountdownDays, context, steps, options)
            : Task.FromResult<IResult>(new NameNotTyped(supportId).ToProblem());

    public static async Task<IResult> OwnAsync(HttpContext context, TenantRegister register, ServerOptions options) =>
        Results.Json(Answer((await register.FindAsync(context.Caller().Tenant, context.RequestAborted))!, options));

    private static async Task<IResult> StepAsync(string supportId, ContractStep step, int? days, HttpContext context, TenantSteps steps, ServerOptions options)
    {
        var outcome = await steps.StepAsync(context, supportId, step, days);
        return outcome.TryGet(out var after, out var failure) ? Results.Json(Answer(after, options)) : failure.ToProblem();
    }

    private static ContractAnswer Answer(TenantDetail detail, ServerOptions options)
    {
        var terms = detail.Terms;
        var included = PlanCatalogue.Included(terms.Plan, terms.Options).Select(entitlement => entitlement.ToString()).Order(StringComparer.Ordinal).ToList();
        return new ContractAnswer(detail.SupportId, detail.Name, detail.Status.ToString().ToLowerInvariant(), terms.Plan, terms.Options, included, terms.Trial, terms.StartsOn.ToString(), terms.EndsOn?.ToString(),
            terms.Applicant.Name, terms.Applicant.Mail, terms.AccountRecipient.Name, terms.AccountRecipient.Mail, detail.EndedAt, detail.EraseAt, detail.ErasedAt, options.Region);
    }
}
