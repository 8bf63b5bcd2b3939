using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Traces.Query;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Search;

/// <summary>
/// GET /api/v1/traces/completion, and /traces/completion on the console: how a query may go on at a caret, and whether it can be read and means
/// what it seems to.
/// </summary>
internal static class CompleteQuery
{
    /// <param name="caret">Index into the text in UTF-16 units; its end when left out.</param>
    public static async Task<IResult> HandleAsync(HttpContext context, RecentValues recent, string? q, int? caret, CancellationToken cancellation)
    {
        var (tenant, text) = (context.Caller().Tenant, q ?? "");
        if (text.Length > QueryParser.MaxLength) return new QueryInvalid(new QueryError(QueryError.TooLong, QueryParser.MaxLength + 1, "", Limit: QueryParser.MaxLength)).ToProblem();
        if (caret < 0 || caret > text.Length) return new FieldInvalid("caret", $"{caret}", $"0–{text.Length}").ToProblem();
        var at = caret ?? text.Length;
        var place = CaretContext.At(text, at);
        var fields = await recent.FieldsAsync(tenant, cancellation);
        var written = CaretContext.Unquoted(text[place.Start..at].TrimStart('='));
        var values = place.Field is null || place.InRegex ? [] : await recent.ValuesAsync(tenant, place.Field, written, cancellation);
        var completion = QueryCompletion.At(text, at, fields, _ => values);
        var read = QueryParser.TryParse(text, out _, out var error, out var mentions);
        return Results.Json(new
        {
            completion.Start,
            completion.Length,
            proposals = completion.Proposals.Select(proposal => new { kind = proposal.Kind.ToString().ToLowerInvariant(), proposal.Text }),
            hints = read ? QueryHints.Of(text, mentions, fields).Select(hint => new { hint.Column, hint.Field, hint.Nearest, query = QueryText.Renamed(text, hint) }) : [],
            error = error is null || text.Length == 0 ? null : new { error.Id, error.Column, error.Offending, message = PageLanguage.Say(QueryErrorTexts.Japanese(error), QueryErrorTexts.English(error)), query = QueryText.Repaired(text) },
        });
    }
}
