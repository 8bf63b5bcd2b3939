using System.Globalization;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Search;

/// <summary>GET /api/v1/traces/histogram: how many traces in each step of time.</summary>
internal static class CountByTime
{
    private const string Rule = "1s–30d: a number and s, m, h or d";
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public static async Task<IResult> HandleAsync(HttpContext context, TraceSearch search, string? q, DateTimeOffset? from, DateTimeOffset? to, string? interval, CancellationToken cancellation)
    {
        if (Read(interval ?? "1h") is not { } step) return new FieldInvalid("interval", interval, Rule).ToProblem();
        var outcome = await search.HistogramAsync(context.Caller().Tenant, q ?? "*", from, to, step, cancellation);
        return outcome.TryGet(out var buckets, out var failure) ? Results.Json(new { buckets }) : failure.ToProblem();
    }

    private static TimeSpan? Read(string text)
    {
        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 100_000) return null;
        var step = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' => TimeSpan.FromDays(count),
            _ => TimeSpan.Zero,
        };
        return step > TimeSpan.Zero && step <= Longest ? step : null;
    }
}
