using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Akashi.Platform.Web;

internal sealed record InternalFault(string TraceId) : Failure("internal-error", StatusCodes.Status500InternalServerError)
{
    public override string Japanese => $"サーバー内部で問題が起きました。時間をおいて再度お試しください。続く場合は番号「{TraceId}」を添えてお問い合わせください。";
    public override string English => $"Something went wrong inside the server. Try again later; if it persists, quote the id '{TraceId}' when you ask.";
}

internal sealed record DatabaseAway() : Failure("database-unavailable", StatusCodes.Status503ServiceUnavailable)
{
    public override string Japanese => "データベースに接続できません。しばらくしてから再度お試しください。";
    public override string English => "The database cannot be reached. Try again shortly.";
    public override int? RetryAfterSeconds => 5;
}

internal sealed record StorageAway() : Failure("storage-unavailable", StatusCodes.Status503ServiceUnavailable)
{
    public override string Japanese => "保存先に書き込めません (空き容量の不足など)。しばらくしてから再度お試しください。";
    public override string English => "The storage cannot be written, for example because it is full. Try again shortly.";
    public override int? RetryAfterSeconds => 30;
}

/// <summary>What an exception looks like from outside: broken infrastructure asks to come back, anything else is our fault.</summary>
internal static class ServerFault
{
    public static ExceptionHandlerOptions Handling => new()
    {
        ExceptionHandler = context =>
        {
            var fault = context.Features.Get<IExceptionHandlerFeature>();
            var exception = fault?.Error;
            var failure = exception is BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType }
                ? MediaTypeUnsupported.Of(context.Request, fault?.Endpoint)
                : ToFailure(exception, context.TraceIdentifier);
            return new ProblemResult(failure, exception).ExecuteAsync(context);
        },
        // Our own line has the id that the answer shows; a second one would have none.
        SuppressDiagnosticsCallback = _ => true,
    };

    private static Failure ToFailure(Exception? exception, string traceId) => exception switch
    {
        BadHttpRequestException bad => RequestUnreadable.From(bad),
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire } => RequestUnreadable.WithNul,
        PostgresException { SqlState: "53100" or "53200" or "53300" or "57P01" or "57P02" or "57P03" } => new DatabaseAway(),
        PostgresException => new InternalFault(traceId),
        NpgsqlException or TimeoutException => new DatabaseAway(),
        IOException or UnauthorizedAccessException or Amazon.Runtime.AmazonServiceException or Amazon.Runtime.AmazonClientException => new StorageAway(),
        _ => new InternalFault(traceId),
    };
}
