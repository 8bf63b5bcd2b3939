using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Retention;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Retention;

internal sealed record RetentionView(IReadOnlyList<RetentionPeriod> Periods, IReadOnlyList<RecordedDeletion> Deletions, Guid? Next, bool Done, Failure? Failure);

/// <summary>GET and POST /retention on the console.</summary>
internal static class ShowRetention
{
    private const int PageSize = 50;

    public static Task<IResult> HandleAsync(HttpContext context, RetentionBook book, Guid? before, string? done) => ShowAsync(context, book, before, done == "1", null);

    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, RetentionBook book)
    {
        var days = int.TryParse(form["days"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
        var outcome = await book.ChangeAsync(context.Caller().Tenant, AuditActor.Of(context), form["class"].ToString(), days, context.RequestAborted);
        return outcome.TryGet(out _, out var failure) ? Results.Redirect(RetentionRoutes.Path + "?done=1") : await ShowAsync(context, book, null, false, failure);
    }

    public static string NameOf(string id) => RetentionClass.All.FirstOrDefault(kind => kind.Id == id) is { } kind ? NameOf(kind) : id;

    public static string NameOf(RetentionClass kind) => PageLanguage.Say(kind.Japanese, kind.English);

    private static async Task<IResult> ShowAsync(HttpContext context, RetentionBook book, Guid? before, bool done, Failure? failure)
    {
        var tenant = context.Caller().Tenant;
        var deletions = await book.DeletionsAsync(tenant, before, PageSize, context.RequestAborted);
        object view = new RetentionView(await book.PeriodsAsync(tenant, context.RequestAborted), deletions, deletions.Count == PageSize ? deletions[^1].Id : null, done, failure);
        return Page.Show<RetentionPage>(new { Model = view }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
