using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Retention;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Retention;

/// <summary>The same for programs.</summary>
internal static class RetentionApi
{
    private const int PageSize = 100;

    internal sealed record PeriodAnswer(string Class, int Days, int DefaultDays, string Japanese, string English);

    internal sealed record DeletionAnswer(Guid Id, string Class, string Day, DateTimeOffset DeletedAt, long Items, long Bytes, string Digest);

    /// <param name="Next">Pass as <c>before</c> for older ones; null at the end.</param>
    internal sealed record DeletionPage(IReadOnlyList<DeletionAnswer> Items, Guid? Next);

    internal sealed record PeriodChange(int Days);

    public static async Task<IResult> ListAsync(HttpContext context, RetentionBook book) =>
        Results.Json((await book.PeriodsAsync(context.Caller().Tenant, context.RequestAborted)).Select(ToAnswer));

    public static async Task<IResult> PutAsync(string @class, PeriodChange change, HttpContext context, RetentionBook book)
    {
        var outcome = await book.ChangeAsync(context.Caller().Tenant, AuditActor.Of(context), @class, change.Days, context.RequestAborted);
        return outcome.TryGet(out var period, out var failure) ? Results.Json(ToAnswer(period)) : failure.ToProblem();
    }

    public static async Task<IResult> DeletionsAsync(HttpContext context, RetentionBook book, Guid? before)
    {
        var found = await book.DeletionsAsync(context.Caller().Tenant, before, PageSize, context.RequestAborted);
        return Results.Json(new DeletionPage(
            [.. found.Select(one => new DeletionAnswer(one.Id, one.Class, one.Day.ToString(), one.DeletedAt, one.Items, one.Bytes, one.Digest.ToString()))], found.Count == PageSize ? found[^1].Id : null));
    }

    private static PeriodAnswer ToAnswer(RetentionPeriod period) => new(period.Class.Id, period.Days, period.Class.DefaultDays, period.Class.Japanese, period.Class.English);
}
