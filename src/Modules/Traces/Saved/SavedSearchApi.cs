using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Saved;

/// <param name="MayChange">Whether the caller may change and delete it.</param>
internal sealed record SavedSearchAnswer(
    Guid Id, string Name, string Query, string? Last, DateTimeOffset? From, DateTimeOffset? To, string Order, bool Shared, string Owner, string OwnerName, bool MayChange, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt)
{
    public static SavedSearchAnswer Of(SavedSearch search, Caller caller) => new(
        search.Id, search.Name, search.Query, search.Last, search.From, search.To, search.OldestFirst ? "oldest" : "newest", search.Shared, search.OwnerId, search.OwnerName, search.MayBeChangedBy(caller), search.CreatedAt, search.ChangedAt);
}

/// <summary>/api/v1/traces/searches: what the pages do, for programs.</summary>
internal static class SavedSearchApi
{
    public static async Task<IResult> ListAsync(HttpContext context, SavedSearchBook book, CancellationToken cancellation)
    {
        var caller = context.Caller();
        return Results.Json((await book.ListAsync(caller.Tenant, caller, cancellation)).Select(search => SavedSearchAnswer.Of(search, caller)));
    }

    public static async Task<IResult> ShowAsync(string id, HttpContext context, SavedSearchBook book, CancellationToken cancellation)
    {
        var caller = context.Caller();
        return (await book.FindAsync(caller.Tenant, caller, id, cancellation)).TryGet(out var search, out var failure) ? Results.Json(SavedSearchAnswer.Of(search, caller)) : failure.ToProblem();
    }

    public static async Task<IResult> AddAsync(SavedSearchDraft draft, HttpContext context, SavedSearchBook book, CancellationToken cancellation)
    {
        var caller = context.Caller();
        return (await book.AddAsync(caller.Tenant, caller, AuditActor.Of(context), draft, cancellation)).TryGet(out var search, out var failure)
            ? Results.Json(SavedSearchAnswer.Of(search, caller), statusCode: StatusCodes.Status201Created)
            : failure.ToProblem();
    }

    public static async Task<IResult> ChangeAsync(string id, SavedSearchDraft draft, HttpContext context, SavedSearchBook book, CancellationToken cancellation)
    {
        var caller = context.Caller();
        return await book.ChangeAsync(caller.Tenant, caller, AuditActor.Of(context), id, draft, cancellation) is { } failure ? failure.ToProblem() : Results.NoContent();
    }

    public static async Task<IResult> DeleteAsync(string id, HttpContext context, SavedSearchBook book, CancellationToken cancellation)
    {
        var caller = context.Caller();
        return await book.DeleteAsync(caller.Tenant, caller, AuditActor.Of(context), id, cancellation) is { } failure ? failure.ToProblem() : Results.NoContent();
    }
}
