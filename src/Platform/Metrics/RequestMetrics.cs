using System.Diagnostics;
using System.Diagnostics.Metrics;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Akashi.Platform.Metrics;

/// <summary>
/// Counts and times each request by route pattern and status, and makes a span of it. The pattern, never the path: paths and query
/// strings hold ids, names and secrets.
/// </summary>
internal sealed class RequestMetrics(RequestDelegate next, ServiceMetrics metrics, ServiceHosts hosts)
{
    private const string Unknown = "none";

    private readonly Histogram<double> _duration = metrics.Meter.CreateHistogram(
        "akashi.http.request.duration", "s", "Time from a request's head to the end of its answer.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });

    public async Task InvokeAsync(HttpContext context)
    {
        var begin = TimeProvider.System.GetTimestamp();
        // A root of its own: a caller's traceparent could choose what is sampled and join strangers' traces.
        var outer = Activity.Current;
        Activity.Current = null;
        using var span = ServiceMetrics.Traces.StartActivity("request", ActivityKind.Server);
        if (span is null) Activity.Current = outer;
        try
        {
            await next(context);
        }
        finally
        {
            Record(context, span, TimeProvider.System.GetElapsedTime(begin));
        }
    }

    private void Record(HttpContext context, Activity? span, TimeSpan time)
    {
        // The exception handler takes the endpoint away and keeps it in its feature.
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? Unknown;
        var host = hosts.Find(context.Request.Host.Host)?.ToString().ToLowerInvariant() ?? Unknown;
        var method = MethodOf(context.Request.Method);
        var status = context.Response.StatusCode;
        _duration.Record(time.TotalSeconds, new TagList { { "host", host }, { "method", method }, { "route", route }, { "status", status } });
        if (span is null) return;
        span.DisplayName = $"{method} {route}";
        span.SetTag("http.request.method", method);
        span.SetTag("http.route", route);
        span.SetTag("akashi.host", host);
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>A caller can send any word as method; each would be a series of its own.</summary>
    private static string MethodOf(string method) => method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "PATCH" or "OPTIONS" => method,
        _ => "other",
    };
}
