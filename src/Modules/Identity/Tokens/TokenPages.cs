using System.Globalization;
using Akashi.Identity.Users;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Identity.Tokens;

/// <summary>/tokens on the console: the contract's API tokens, and one's own new ones; /api/v1/tokens is the same for programs.</summary>
internal static class TokenPages
{
    public const string Path = "/tokens";

    internal sealed class Form
    {
        public string? Name { get; init; }

        public string? Days { get; init; }

        /// <summary>Ids of the ticked permissions; absent when none is.</summary>
        public string[]? Scopes { get; init; }

        // What is no number is out of range, and named so.
        public TokenDraft ToDraft() => new(Name, Scopes, int.TryParse(Days, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : 0);
    }

    public static async Task<IResult> ListAsync(HttpContext context, TokenChanges tokens, TimeProvider clock, string? done) =>
        Page.Show<TokensPage>(new { Rows = (object)await tokens.ListAsync(context.Caller().Tenant, context.RequestAborted), Now = clock.GetUtcNow(), Done = done is not null });

    public static IResult New(HttpContext context) => ShowForm(context, new TokenDraft("", [], TokenChanges.DefaultDays), made: null, failure: null);

    public static async Task<IResult> CreateAsync([FromForm] Form? form, HttpContext context, TokenChanges tokens)
    {
        form ??= new Form();
        var outcome = await tokens.CreateAsync(Actor.Of(context), form.ToDraft(), context.RequestAborted);
        return outcome.TryGet(out var made, out var failure) ? ShowForm(context, form.ToDraft(), made, failure: null) : ShowForm(context, form.ToDraft(), made: null, failure);
    }

    /// <summary>GET /tokens/{id}/revoke: names which one it will hit.</summary>
    public static async Task<IResult> ConfirmAsync(string id, HttpContext context, TokenChanges tokens) =>
        Guid.TryParse(id, out var key) && await tokens.FindAsync(context.Caller().Tenant, key, context.RequestAborted) is { } row
            ? Page.Show<RevokeTokenPage>(new { Row = (object)row })
            : new UnknownToken(id).ToProblem();

    /// <summary>The form carries nothing but its token; naming the form is what makes the server check the token.</summary>
    public static async Task<IResult> RevokeAsync(string id, IFormCollection form, HttpContext context, TokenChanges tokens)
    {
        _ = form;
        return Guid.TryParse(id, out var key) && await tokens.RevokeAsync(Actor.Of(context), key, context.RequestAborted) is null
            ? Results.Redirect(Path + "?done=1")
            : new UnknownToken(id).ToProblem();
    }

    private static IResult ShowForm(HttpContext context, TokenDraft draft, NewToken? made, Failure? failure)
    {
        var own = PermissionCatalogue.All.Where(entry => context.Caller().Permissions.Contains(entry.Permission)).ToList();
        return Page.Show<AddTokenPage>(new { Draft = (object)draft, Own = (object)own, Made = (object?)made, Failure = failure }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
