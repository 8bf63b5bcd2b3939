using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.Users;

/// <summary>GET /users/{id} on the console shows a person; what the page's forms send is answered here too.</summary>
internal static class ShowUser
{
    private static readonly string[] Deeds = ["added", "changed", "suspended", "reactivated", "unlocked", "link-sent", "sessions-ended"];

    internal sealed class Form
    {
        public string? DisplayName { get; init; }

        public string? Mail { get; init; }

        public string? Role { get; init; }
    }

    public static Task<IResult> GetAsync(string id, HttpContext context, UserDetails details, string? done) => ShowAsync(id, context, details, Deeds.Contains(done) ? done : null, failure: null);

    /// <summary>GET /users/{id}/suspend: names whom it will hit, and what will happen.</summary>
    public static async Task<IResult> ConfirmSuspendAsync(string id, HttpContext context, UserDirectory users) =>
        Guid.TryParse(id, out var key) && await users.FindAsync(context.Caller().Tenant, key, context.RequestAborted) is { } user
            ? Page.Show<SuspendUserPage>(new { User = (object)user })
            : Unknown(id).ToProblem();

    public static Task<IResult> ChangeAsync(string id, [FromForm] Form? form, HttpContext context, UserDetails details, UserChanges changes) =>
        DoAsync(id, context, details, "changed", (actor, key) => changes.EditAsync(actor, key, new UserDraft(null, form?.DisplayName, form?.Mail, form?.Role), context.RequestAborted));

    // These forms carry nothing but their token; naming the form is what makes the server check the token.
    public static Task<IResult> SuspendAsync(string id, IFormCollection form, HttpContext context, UserDetails details, UserChanges changes) =>
        DoAsync(id, context, details, "suspended", (actor, key) => changes.SuspendAsync(actor, key, context.RequestAborted), form);

    public static Task<IResult> ReactivateAsync(string id, IFormCollection form, HttpContext context, UserDetails details, UserChanges changes) =>
        DoAsync(id, context, details, "reactivated", (actor, key) => changes.ReactivateAsync(actor, key, context.RequestAborted), form);

    public static Task<IResult> UnlockAsync(string id, IFormCollection form, HttpContext context, UserDetails details, UserHelp help) =>
        DoAsync(id, context, details, "unlocked", (actor, key) => help.UnlockAsync(actor, key, context.RequestAborted), form);

    public static Task<IResult> SendLinkAsync(string id, IFormCollection form, HttpContext context, UserDetails details, UserHelp help) =>
        DoAsync(id, context, details, "link-sent", (actor, key) => help.SendLinkAsync(actor, key, context.RequestAborted), form);

    public static Task<IResult> EndSessionsAsync(string id, IFormCollection form, HttpContext context, UserDetails details, UserHelp help) =>
        DoAsync(id, context, details, "sessions-ended", (actor, key) => help.EndSessionsAsync(actor, key, context.RequestAborted), form);

    private static async Task<IResult> DoAsync(string id, HttpContext context, UserDetails details, string deed, Func<Actor, Guid, Task<Failure?>> act, IFormCollection? form = null)
    {
        _ = form;
        if (!Guid.TryParse(id, out var key)) return Unknown(id).ToProblem();
        return await act(Actor.Of(context), key) switch
        {
            null => Results.Redirect($"{UserAddress.Path}/{key}?done={deed}"),
            UnknownUser => Unknown(id).ToProblem(), // as it was typed
            var failure => await ShowAsync(id, context, details, done: null, failure),
        };
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext context, UserDetails details, string? done, Failure? failure) =>
        Guid.TryParse(id, out var key) && await details.FindAsync(Actor.Of(context), key, context.RequestAborted) is { } view
            ? Page.Show<UserPage>(new { Model = (object)view, Done = done, Failure = failure }, failure?.Status ?? StatusCodes.Status200OK)
            : Unknown(id).ToProblem();

    private static UnknownUser Unknown(string id) => new(id);
}
