using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Akashi.Traces.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Traces.Saved;

internal sealed record SavedSearchesView(IReadOnlyList<SavedSearch> Searches, Caller Caller);

/// <param name="Id">Null for one that is being saved.</param>
internal sealed record SavedSearchFormView(string? Id, SavedSearchPages.Form Form, string? OwnerName);

/// <summary>/traces/saved on the console: the searches that people keep.</summary>
internal static class SavedSearchPages
{
    public const string Path = TracesPages.Path + "/saved";
    private const string Absolute = "absolute";
    private static readonly string[] Deeds = ["saved", "changed", "deleted"];

    internal sealed class Form
    {
        public string? Name { get; init; }

        public string? Query { get; init; }

        /// <summary>A quick range, or <see cref="Absolute"/>.</summary>
        public string? Range { get; init; }

        public string? From { get; init; }

        public string? To { get; init; }

        public string? Order { get; init; }

        public string? Shared { get; init; }

        public static Form Of(TraceAddress address, string name, bool shared) => new()
        {
            Name = name,
            Query = address.Query,
            Range = address.Last ?? Absolute,
            From = address.From is { } from ? Jst.Input(from) : null,
            To = address.To is { } to ? Jst.Input(to) : null,
            Order = address.Oldest ? "oldest" : "newest",
            Shared = shared ? "on" : null,
        };

        public SavedSearchDraft ToDraft()
        {
            var times = Range == Absolute;
            return new(Name, Query, times ? null : Range, times ? Time(From) : null, times ? Time(To) : null, Order, Shared is not null);
        }

        private static DateTimeOffset? Time(string? text) => Jst.TryParseInput(text, out var time) ? time : null;
    }

    public static Task<IResult> ListAsync(HttpContext context, SavedSearchBook book, string? done) => ShowListAsync(context, book, Deeds.Contains(done) ? done : null, failure: null);

    public static IResult New(HttpContext context) => ShowForm(null, Form.Of(TraceAddress.Read(context.Request.Query), "", shared: false), null, failure: null);

    public static async Task<IResult> AddAsync([FromForm] Form? form, HttpContext context, SavedSearchBook book)
    {
        form ??= new Form();
        var caller = context.Caller();
        var outcome = await book.AddAsync(caller.Tenant, caller, AuditActor.Of(context), form.ToDraft(), context.RequestAborted);
        return outcome.TryGet(out _, out var failure) ? Results.Redirect(Path + "?done=saved") : ShowForm(null, form, null, failure);
    }

    public static async Task<IResult> EditAsync(string id, HttpContext context, SavedSearchBook book)
    {
        var caller = context.Caller();
        if (!(await book.FindAsync(caller.Tenant, caller, id, context.RequestAborted)).TryGet(out var search, out var failure)) return failure.ToProblem();
        return search.MayBeChangedBy(caller) ? ShowForm(id, Form.Of(search.Address, search.Name, search.Shared), search.OwnerName, failure: null) : new SavedSearchNotOwn(search.Name).ToProblem();
    }

    public static async Task<IResult> ChangeAsync(string id, [FromForm] Form? form, HttpContext context, SavedSearchBook book)
    {
        form ??= new Form();
        var caller = context.Caller();
        return await book.ChangeAsync(caller.Tenant, caller, AuditActor.Of(context), id, form.ToDraft(), context.RequestAborted) switch
        {
            null => Results.Redirect(Path + "?done=changed"),
            UnknownSavedSearch unknown => unknown.ToProblem(),
            SavedSearchNotOwn other => other.ToProblem(),
            var failure => ShowForm(id, form, null, failure),
        };
    }

    /// <summary>The form carries nothing but its token; naming the form is what makes the server check the token.</summary>
    public static async Task<IResult> DeleteAsync(string id, IFormCollection form, HttpContext context, SavedSearchBook book)
    {
        _ = form;
        var caller = context.Caller();
        return await book.DeleteAsync(caller.Tenant, caller, AuditActor.Of(context), id, context.RequestAborted) is { } failure ? failure.ToProblem() : Results.Redirect(Path + "?done=deleted");
    }

    private static async Task<IResult> ShowListAsync(HttpContext context, SavedSearchBook book, string? done, Failure? failure)
    {
        var caller = context.Caller();
        object view = new SavedSearchesView(await book.ListAsync(caller.Tenant, caller, context.RequestAborted), caller);
        return Page.Show<SavedSearchesPage>(new { Model = view, Done = done, Failure = failure }, failure?.Status ?? StatusCodes.Status200OK);
    }

    private static IResult ShowForm(string? id, Form form, string? ownerName, Failure? failure) =>
        Page.Show<SavedSearchFormPage>(new { Model = (object)new SavedSearchFormView(id, form, ownerName), Failure = failure }, failure?.Status ?? StatusCodes.Status200OK);
}
