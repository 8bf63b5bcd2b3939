using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints.Terminals;

internal static class ListTerminals
{
    private const int DefaultPageSize = 100;

    public static async Task<IResult> HandleAsync(HttpContext context, TerminalDirectory directory, string? search, string? sort, bool? descending, int? page, int? pageSize, CancellationToken cancellation)
    {
        if (search is { Length: > 255 }) return new FieldInvalid("search", search, "at most 255 characters").ToProblem();
        if (page is < 1 or > 1_000_000) return new FieldInvalid("page", $"{page}", "1–1000000").ToProblem();
        if (pageSize is < 1 or > TerminalDirectory.MaximumPageSize) return new FieldInvalid("pageSize", $"{pageSize}", "1–1000").ToProblem();
        var order = TerminalSort.ComputerName;
        if (sort is not null && !Enum.TryParse(sort, ignoreCase: true, out order)) return new FieldInvalid("sort", sort, string.Join(", ", Enum.GetNames<TerminalSort>())).ToProblem();
        var request = new TerminalListRequest(search, order, descending ?? false, page ?? 1, pageSize ?? DefaultPageSize);
        return Results.Json(await directory.ListAsync(context.Caller().Tenant, request, cancellation));
    }
}
