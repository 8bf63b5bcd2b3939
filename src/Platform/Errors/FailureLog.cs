using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Akashi.Platform.Errors;

/// <summary>
/// Writes the cause of a failure under the id that the answer shows. Outsiders quote the id; the cause itself never leaves the log.
/// Faults of the service are always written, refusals only when they have a cause.
/// </summary>
public sealed partial class FailureLog(ILogger<FailureLog> logger)
{
    private const int MaximumPath = 200;

    public void Write(HttpContext context, Failure failure, Exception? exception = null)
    {
        var fault = failure.Status >= StatusCodes.Status500InternalServerError;
        if (!fault && failure.Cause is null) return;
        // Without the query: it may hold one-time codes.
        var path = context.Request.Path.Value ?? "";
        var level = !fault ? LogLevel.Information : exception is null && failure.Cause is null ? LogLevel.Warning : LogLevel.Error;
        LogFailure(level, exception, context.TraceIdentifier, context.Request.Method, path[..Math.Min(path.Length, MaximumPath)], failure.Status, failure.Code, failure.Cause ?? "");
    }

    [LoggerMessage(Message = "Request {TraceId} {Method} {Path} was answered {Status} {Code}. {Cause}")]
    private partial void LogFailure(LogLevel level, Exception? exception, string traceId, string method, string path, int status, string code, string cause);
}
