using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Errors;

/// <summary>Answers a failure as RFC 9457 problem details with the members <c>code</c> and <c>traceId</c>.</summary>
public sealed class ProblemResult(Failure failure) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => failure.Status;

    public Failure Failure => failure;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (failure.RetryAfterSeconds is { } seconds)
            httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var japanese = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ja";
        await Results.Problem(
            statusCode: failure.Status,
            title: failure.Code,
            detail: japanese ? failure.Japanese : failure.English,
            extensions: new Dictionary<string, object?> { ["code"] = failure.Code, ["traceId"] = httpContext.TraceIdentifier }).ExecuteAsync(httpContext);
    }
}

public static class FailureExtensions
{
    public static ProblemResult ToProblem(this Failure failure) => new(failure);
}
