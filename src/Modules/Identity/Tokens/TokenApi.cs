using Akashi.Identity.Users;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Tokens;

/// <summary>/api/v1/tokens: what the pages do, for programs.</summary>
internal static class TokenApi
{
    internal sealed record TokenAnswer(Guid Id, string Name, IReadOnlyList<string> Scopes, string UserId, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt);

    public static async Task<IResult> ListAsync(HttpContext context, TokenChanges tokens, CancellationToken cancellation) =>
        Results.Json((await tokens.ListAsync(context.Caller().Tenant, cancellation)).Select(row => new TokenAnswer(row.TokenId, row.Name, row.Scopes.Split(' '), row.UserId, row.CreatedAt, row.ExpiresAt, row.LastUsedAt)));

    /// <summary>The token is in this answer and nowhere else.</summary>
    public static async Task<IResult> CreateAsync(TokenDraft draft, HttpContext context, TokenChanges tokens, CancellationToken cancellation) =>
        (await tokens.CreateAsync(Actor.Of(context), draft, cancellation)).TryGet(out var made, out var failure)
            ? Results.Json(new { id = made.TokenId, token = made.Token, expiresAt = made.ExpiresAt }, statusCode: StatusCodes.Status201Created)
            : failure.ToProblem();

    public static async Task<IResult> RevokeAsync(string id, HttpContext context, TokenChanges tokens, CancellationToken cancellation) =>
        Guid.TryParse(id, out var key) && await tokens.RevokeAsync(Actor.Of(context), key, cancellation) is null ? Results.NoContent() : new UnknownToken(id).ToProblem();
}
