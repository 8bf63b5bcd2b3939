using System.Security.Cryptography;
using System.Text;
using Akashi.Platform.Crypto;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Web.Idempotency;

internal sealed record IdempotencyKeyInvalid(string Key) : Failure("idempotency-key-invalid", StatusCodes.Status400BadRequest)
{
    public override string Japanese => $"Idempotency-Key「{Quoted.Of(Key)}」は使えません。英数字・ハイフン・下線・点の 1〜128 文字にしてください (UUID など)。";
    public override string English => $"The Idempotency-Key '{Quoted.Of(Key)}' cannot be used. Send 1–128 letters, digits, '-', '_' or '.', for example a UUID.";
}

internal sealed record IdempotencyKeyTaken() : Failure("idempotency-key-taken", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => "この Idempotency-Key は別の内容の要求で使用済みです。新しいキーを付けてください。";
    public override string English => "This Idempotency-Key was used for another request. Send a new one.";
}

internal sealed record RequestUnfinished() : Failure("request-unfinished", StatusCodes.Status409Conflict)
{
    public override string Japanese => "同じ Idempotency-Key の要求が処理中か、結果が分からないまま途切れました。少し待って再送し、続く場合は結果を確かめてから新しいキーで送ってください。";
    public override string English => "A request with this Idempotency-Key is under way, or broke off with an unknown outcome. Repeat it shortly; if this persists, look at what was done and send a new key.";
    public override int? RetryAfterSeconds => 2;
}

internal sealed record IdempotentRequestTooLarge() : Failure("idempotent-request-too-large", StatusCodes.Status413PayloadTooLarge)
{
    public override string Japanese => "Idempotency-Key を付けた要求の本文は 1 MiB までです。分けて送るか、キーを付けずに送ってください。";
    public override string English => "The body of a request with an Idempotency-Key can have at most 1 MiB. Send it in parts, or without the key.";
}

/// <summary>
/// A request of the API that changes something and carries an <c>Idempotency-Key</c> is done once: a repeat by the same caller within a day
/// gets the first answer. The key is taken before the deed, so that of two at once only one is done.
/// </summary>
internal sealed class IdempotencyMiddleware(RequestDelegate next, IdempotentRequests requests)
{
    public const string Header = "Idempotency-Key";
    public const string ReplayedHeader = "Idempotency-Replayed";

    private const int MaximumKey = 128;
    private const int MaximumBody = 1 << 20;
    private const int Piece = 16 * 1024;
    private const int MaximumAnswer = 256 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        if (!Applies(context, out var key))
        {
            await next(context);
            return;
        }
        if (key.Length > MaximumKey || !key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
        {
            await new IdempotencyKeyInvalid(key).ToProblem().ExecuteAsync(context);
            return;
        }
        var caller = context.Caller();
        if (await DigestAsync(context) is not { } digest)
        {
            await new IdempotentRequestTooLarge().ToProblem().ExecuteAsync(context);
            return;
        }
        var taken = await requests.TakeAsync(caller.Tenant, caller.Subject, key, digest, context.RequestAborted);
        if (taken is null) await RunAsync(context, caller, key);
        else if (taken.Digest != digest) await new IdempotencyKeyTaken().ToProblem().ExecuteAsync(context);
        else if (taken.Answer is not { } answer) await new RequestUnfinished().ToProblem().ExecuteAsync(context);
        else await ReplayAsync(context, answer);
    }

    private static bool Applies(HttpContext context, out string key)
    {
        key = context.Request.Headers[Header].ToString();
        return key.Length > 0 && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
            && context.Features.Get<Caller>() is { Kind: not CallerKind.Terminal }
            && context.GetEndpoint()?.Metadata.GetMetadata<RouteAccess>()?.Permission is not null;
    }

    /// <summary>Over what the request is: method, path, query and body. Null when the body is too large to keep for the route.</summary>
    private static async Task<Sha256?> DigestAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaximumBody) return null;
        // A body in chunks does not say its size: it is counted as it comes. Held in memory, with room to see that it is one piece too large.
        context.Request.EnableBuffering(MaximumBody + Piece);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\n"));
        var piece = new byte[Piece];
        var total = 0;
        try
        {
            while (await context.Request.Body.ReadAsync(piece, context.RequestAborted) is > 0 and var read)
            {
                if ((total += read) > MaximumBody) return null;
                digest.AppendData(piece, 0, read);
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null; // the route itself takes no more, and the server has counted first
        }
        context.Request.Body.Position = 0;
        return new Sha256(digest.GetHashAndReset());
    }

    private async Task RunAsync(HttpContext context, Caller caller, string key)
    {
        var original = context.Response.Body;
        using var kept = new MemoryStream();
        context.Response.Body = kept;
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException)
        {
            context.Response.Body = original; // it could not be read, so nothing was done
            await requests.ForgetAsync(caller.Tenant, caller.Subject, key, CancellationToken.None);
            throw;
        }
        catch
        {
            // Nothing is known of what was done: the key stays taken, and a repeat is told so.
            context.Response.Body = original;
            throw;
        }
        context.Response.Body = original;
        // Refusals by load or fault may succeed next time; everything else is final.
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError || context.Response.StatusCode == StatusCodes.Status429TooManyRequests || kept.Length > MaximumAnswer)
            await requests.ForgetAsync(caller.Tenant, caller.Subject, key, CancellationToken.None);
        else
            await requests.FinishAsync(caller.Tenant, caller.Subject, key, new KeptAnswer(context.Response.StatusCode, context.Response.ContentType, kept.ToArray()), CancellationToken.None);
        kept.Position = 0;
        await kept.CopyToAsync(original, context.RequestAborted);
    }

    private static async Task ReplayAsync(HttpContext context, KeptAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        if (answer.ContentType is { } type) context.Response.ContentType = type;
        context.Response.Headers[ReplayedHeader] = "true";
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }
}
