using System.Globalization;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Platform.Errors;

/// <summary>Makes the page of a failure for people; registered by the module that owns the page layout.</summary>
public delegate IResult FailurePage(HttpContext context, Failure failure);

/// <summary>Answers a failure: people who ask for a page get one, programs RFC 9457 problem details with <c>code</c> and <c>traceId</c>.</summary>
/// <param name="cause">The exception behind it, for the log.</param>
public sealed class ProblemResult(Failure failure, Exception? cause = null) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => failure.Status;

    public Failure Failure => failure;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.RequestServices.GetRequiredService<FailureLog>().Write(httpContext, failure, cause);
        if (failure.RetryAfterSeconds is { } seconds)
            httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (httpContext.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal) && httpContext.RequestServices.GetService<FailurePage>() is { } page)
        {
            await page(httpContext, failure).ExecuteAsync(httpContext);
            return;
        }
        await Results.Problem(
            statusCode: failure.Status,
            title: failure.Code,
            detail: PageLanguage.Say(failure.Japanese, failure.English),
            extensions: new Dictionary<string, object?> { ["code"] = failure.Code, ["traceId"] = httpContext.TraceIdentifier }).ExecuteAsync(httpContext);
    }
}

public static class FailureExtensions
{
    public static ProblemResult ToProblem(this Failure failure) => new(failure);
}
