using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Akashi.Identity.Sessions;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.HandOff;

internal sealed record HandOffRefused() : Failure("hand-off-refused", StatusCodes.Status403Forbidden)
{
    public override string Japanese => "管理画面へ移れませんでした。リンクの期限 (30 秒) が切れたか、別のブラウザーで開かれました。ポータルからもう一度お進みください。";
    public override string English => "The management screens could not be opened: the link expired (30 seconds) or was opened in another browser. Go there from the portal again.";
}

/// <summary>
/// Carries a sign-in from the portal to the console, as cookies are per host. The console begins by giving the browser a secret;
/// the portal binds a one-time code to its digest; the console accepts the code only from the browser that holds the secret.
/// So nobody can be signed in to a stranger's account by a link, nor can a stolen code be used elsewhere.
/// </summary>
internal static class HandOffRoutes
{
    public const string ToConsole = "console";
    public const string SecretCookie = "__Host-akashi-hand-off";
    private const int SecretSize = 32;
    private const char Separator = '.';

    private const string Insert = """
        INSERT INTO identity.hand_off (tenant_id, id, login_id, user_account_id, challenge, return_path, expires_at)
        VALUES (@Tenant, @digest, @LoginId, @UserAccountId, @challenge, @path, @expiresAt)
        """;

    // Deleting is using: a second use finds nothing.
    private const string Use = """
        WITH used AS (DELETE FROM identity.hand_off WHERE id = @Digest RETURNING login_id, user_account_id, challenge, return_path, expires_at)
        SELECT used.login_id, used.user_account_id, used.return_path, s.ends_at FROM used
        JOIN identity.session s ON s.login_id = used.login_id AND s.host = 'portal'
        WHERE used.challenge = @challenge AND used.expires_at > @now AND s.ends_at > @now AND s.last_used_at > @idleSince
        """;

    /// <summary>GET console /begin: the browser gets its secret and goes to the portal.</summary>
    public static IResult Begin(HttpContext context, ServiceHosts hosts, string? @return)
    {
        var secret = RandomNumberGenerator.GetBytes(SecretSize);
        context.Response.Cookies.Append(SecretCookie, Base64Url.EncodeToString(secret), CookieOptions);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(secret));
        return Results.Redirect($"{hosts.OriginOf(ServiceHost.Portal)}/to/console?challenge={challenge}&return={Uri.EscapeDataString(LocalPath.Safe(@return))}");
    }

    /// <summary>GET portal /to/console: signed-in people get a code; without a challenge the console is asked to begin.</summary>
    public static async Task<IResult> LeaveAsync(HttpContext context, ServiceHosts hosts, AkashiDatabase database, SignInPolicy policy, TimeProvider clock, string? @return, string? challenge)
    {
        var console = hosts.OriginOf(ServiceHost.Console);
        var path = LocalPath.Safe(@return);
        if (!TryDecode(challenge, out var digestOfSecret)) return Results.Redirect($"{console}/begin?return={Uri.EscapeDataString(path)}");
        var current = CurrentSession.Of(context);
        var (code, secret) = TenantSecret.Create(current.Tenant, Separator);
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(current.Tenant, context.RequestAborted);
        await session.ExecuteAsync("DELETE FROM identity.hand_off WHERE expires_at <= @now", new { now }, context.RequestAborted);
        await session.ExecuteAsync(Insert, new { current.Tenant, digest = secret.Digest, current.LoginId, current.UserAccountId, challenge = digestOfSecret, path, expiresAt = now + policy.HandOffLife }, context.RequestAborted);
        await session.CommitAsync(context.RequestAborted);
        return Results.Redirect($"{console}/hand-off?code={code}");
    }

    /// <summary>GET console /hand-off: the code becomes a session of the console.</summary>
    public static async Task<IResult> ArriveAsync(HttpContext context, AkashiDatabase database, SessionBook sessions, SignInPolicy policy, TimeProvider clock, string? code)
    {
        if (!TenantSecret.TryParse(code, Separator, out var secret) || !TryDecode(context.Request.Cookies[SecretCookie], out var own)) return new HandOffRefused().ToProblem();
        context.Response.Cookies.Delete(SecretCookie, CookieOptions);
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(secret.Tenant, context.RequestAborted);
        var row = await session.QueryFirstOrDefaultAsync<Row>(Use, new { secret.Digest, challenge = SHA256.HashData(own), now, idleSince = now - policy.SessionIdle }, context.RequestAborted);
        if (row is not null) await sessions.BeginAsync(session, context, ServiceHost.Console, row.UserAccountId, row.LoginId, row.EndsAt);
        await session.CommitAsync(context.RequestAborted);
        return row is null ? new HandOffRefused().ToProblem() : Results.Redirect(row.ReturnPath);
    }

    private static bool TryDecode(string? text, out byte[] bytes)
    {
        bytes = new byte[SecretSize];
        return text is not null && text.Length == Base64Url.GetEncodedLength(SecretSize) && Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done && written == SecretSize;
    }

    private static CookieOptions CookieOptions => new() { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.FromMinutes(10) };

    private sealed record Row(Guid LoginId, Guid UserAccountId, string ReturnPath, DateTimeOffset EndsAt);
}
