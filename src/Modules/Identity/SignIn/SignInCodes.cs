using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.SignIn;

internal sealed record CodeRefused() : Failure("code-refused", StatusCodes.Status403Forbidden)
{
    public override string Japanese => "確認コードが正しくないか、期限 (10 分) が切れたか、誤りが続いて使えなくなりました。入力を確かめるか、サインインからやり直してください。";
    public override string English => "The code is wrong, has expired (10 minutes), or was mistyped too often. Check it, or begin to sign in again.";
}

internal sealed record CodeLimitReached(int Seconds) : Failure("code-limit", StatusCodes.Status429TooManyRequests)
{
    public override string Japanese => "確認コードの送信または誤りが続いたため、しばらく送信できません。時間をおいてからやり直してください。";
    public override string English => "Too many codes were sent or mistyped. Wait a while before you try again.";
    public override int? RetryAfterSeconds => Seconds;
}

/// <summary>
/// The second factor: six digits sent by mail, for one sign-in in one browser, once. Nothing but the browser's secret leaves the server. An
/// attempt is counted as failed before it is judged, both for this sign-in and for the person over all sign-ins.
/// </summary>
internal sealed class SignInCodes(AkashiDatabase database, MailOutbox outbox, SignInPolicy policy, TimeProvider clock)
{
    private const int Codes = 1_000_000;
    private static readonly TimeSpan SendingWindow = TimeSpan.FromHours(1);

    // One code is sent per row returned; the row of the person makes parallel requests wait for each other.
    private const string ChargeSending = """
        INSERT INTO identity.code_charge AS c (tenant_id, user_account_id, sent_count, sent_since) VALUES (@Tenant, @UserAccountId, 1, @now)
        ON CONFLICT (tenant_id, user_account_id) DO UPDATE SET
            sent_count = CASE WHEN c.sent_since <= @windowBegan THEN 1 ELSE c.sent_count + 1 END,
            sent_since = CASE WHEN c.sent_since <= @windowBegan THEN @now ELSE c.sent_since END
        WHERE (c.sent_since <= @windowBegan OR c.sent_count < @MaximumCodes) AND (c.locked_until IS NULL OR c.locked_until <= @now)
        RETURNING 1
        """;

    private const string Insert = """
        WITH spent AS (DELETE FROM identity.sign_in_challenge WHERE user_account_id = @UserAccountId AND ends_at <= @now)
        INSERT INTO identity.sign_in_challenge (tenant_id, id, user_account_id, code_digest, code_ends_at, sent_at, ends_at)
        VALUES (@Tenant, @Digest, @UserAccountId, @codeDigest, @codeEndsAt, @now, @endsAt)
        """;

    private const string Person = """
        SELECT u.mail, u.display_name FROM identity.user_account u WHERE u.id = @UserAccountId
        """;

    private const string Find = """
        SELECT c.user_account_id, u.mail, c.sends, c.sent_at FROM identity.sign_in_challenge c
        JOIN identity.user_account u ON u.tenant_id = c.tenant_id AND u.id = c.user_account_id
        WHERE c.id = @Digest AND c.ends_at > @now AND u.state = 'active'
        """;

    private const string Renew = """
        UPDATE identity.sign_in_challenge SET code_digest = @codeDigest, code_ends_at = @codeEndsAt, sends = sends + 1, sent_at = @now
        WHERE id = @Digest AND ends_at > @now AND sends < @MaximumSends AND sent_at <= @sentBefore
        """;

    private const string ChargeTry = """
        WITH charged AS (
            INSERT INTO identity.code_charge AS c (tenant_id, user_account_id, failed_count, sent_since, locked_until)
            SELECT tenant_id, user_account_id, 1, @now, NULL FROM identity.sign_in_challenge WHERE id = @Digest AND ends_at > @now
            ON CONFLICT (tenant_id, user_account_id) DO UPDATE SET
                failed_count = CASE WHEN c.locked_until IS NULL THEN c.failed_count + 1 ELSE 1 END,
                locked_until = CASE WHEN (CASE WHEN c.locked_until IS NULL THEN c.failed_count + 1 ELSE 1 END) >= @MaximumCodeFailures THEN @lockedUntil END
            WHERE c.locked_until IS NULL OR c.locked_until <= @now
            RETURNING user_account_id),
        tried AS (
            UPDATE identity.sign_in_challenge SET tries = tries + 1
            WHERE id = @Digest AND tries < @MaximumTries AND code_ends_at > @now AND EXISTS (SELECT FROM charged)
            RETURNING user_account_id, code_digest),
        record AS (
            INSERT INTO identity.sign_in_record (tenant_id, id, at, user_account_id, support_id_tried, user_key_tried, outcome, address)
            SELECT @Tenant, @recordId, @now, tried.user_account_id, '', u.user_key, 'wrong-code', @address
            FROM tried JOIN identity.user_account u ON u.tenant_id = @Tenant AND u.id = tried.user_account_id)
        SELECT user_account_id, code_digest FROM tried
        """;

    // Deleting is using: of two right codes at once one finds nothing.
    private const string Use = """
        WITH used AS (DELETE FROM identity.sign_in_challenge WHERE id = @Digest AND code_digest = @codeDigest RETURNING tenant_id, user_account_id),
        cleared AS (UPDATE identity.code_charge c SET failed_count = 0, locked_until = NULL FROM used WHERE c.tenant_id = used.tenant_id AND c.user_account_id = used.user_account_id),
        record AS (UPDATE identity.sign_in_record SET outcome = 'succeeded' WHERE id = @recordId)
        SELECT u.id FROM used JOIN identity.user_account u ON u.tenant_id = used.tenant_id AND u.id = used.user_account_id WHERE u.state = 'active'
        """;

    /// <summary>Begins to wait for a code, in the transaction in which the password was found right, and sends it.</summary>
    public async Task<Failure?> BeginAsync(TenantSession session, RightPassword right, HttpContext context)
    {
        if (!await MaySendAsync(session, right.UserAccountId, context.RequestAborted)) return new CodeLimitReached((int)policy.LockTime.TotalSeconds);
        var (secret, text) = SignInCookie.Issue(context, session.Tenant);
        var now = clock.GetUtcNow();
        var code = RandomNumberGenerator.GetInt32(Codes);
        await session.ExecuteAsync(Insert, new
        {
            session.Tenant, secret.Digest, right.UserAccountId, codeDigest = DigestOf(text, code), now, codeEndsAt = now + policy.CodeLife, endsAt = now + policy.ChallengeLife,
        }, context.RequestAborted);
        await SendAsync(session, right.UserAccountId, code, context);
        return null;
    }

    /// <returns>The address to which the code went, or null when this browser awaits none.</returns>
    public async Task<string?> FindAddressAsync(TenantSecret secret, CancellationToken cancellation) =>
        await database.QueryOnceAsync<ChallengeRow>(secret.Tenant, Find, new { secret.Digest, now = clock.GetUtcNow() }, cancellation) is [var row] ? row.Mail : null;

    /// <summary>Sends another code in place of the one before.</summary>
    public async Task<Failure?> SendAgainAsync(TenantSecret secret, string text, HttpContext context)
    {
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(secret.Tenant, context.RequestAborted);
        if (await session.QueryFirstOrDefaultAsync<ChallengeRow>(Find, new { secret.Digest, now }, context.RequestAborted) is not { } row) return new CodeRefused();
        var code = RandomNumberGenerator.GetInt32(Codes);
        var renewal = new { secret.Digest, codeDigest = DigestOf(text, code), codeEndsAt = now + policy.CodeLife, now, policy.MaximumSends, sentBefore = now - policy.SendPause };
        if (await session.ExecuteAsync(Renew, renewal, context.RequestAborted) != 1 || !await MaySendAsync(session, row.UserAccountId, context.RequestAborted))
            return new CodeLimitReached((int)policy.SendPause.TotalSeconds);
        await SendAsync(session, row.UserAccountId, code, context);
        await session.CommitAsync(context.RequestAborted);
        return null;
    }

    /// <param name="text">The browser's secret as its cookie holds it.</param>
    /// <param name="then">Runs inside the transaction that uses the code up, with the id of the person.</param>
    public async Task<Failure?> JudgeAsync(TenantSecret secret, string text, int code, string address, Func<TenantSession, Guid, Task> then, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var recordId = Guid.CreateVersion7(now);
        var row = await ChargeAsync(secret, recordId, address, now, cancellation);
        var codeDigest = DigestOf(text, code);
        if (!CryptographicOperations.FixedTimeEquals(codeDigest, row?.CodeDigest ?? [])) return new CodeRefused();
        await using var session = await database.OpenAsync(secret.Tenant, cancellation);
        var person = await session.QueryFirstOrDefaultAsync<Guid?>(Use, new { secret.Digest, codeDigest, recordId }, cancellation);
        if (person is not { } userAccountId) return new CodeRefused();
        await then(session, userAccountId);
        await session.CommitAsync(cancellation);
        return null;
    }

    private async Task<TriedRow?> ChargeAsync(TenantSecret secret, Guid recordId, string address, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(secret.Tenant, cancellation);
        var row = await session.QueryFirstOrDefaultAsync<TriedRow>(ChargeTry, new
        {
            secret.Tenant, secret.Digest, recordId, address, now, policy.MaximumTries, policy.MaximumCodeFailures, lockedUntil = now + policy.LockTime,
        }, cancellation);
        await session.CommitAsync(cancellation);
        return row;
    }

    private async Task<bool> MaySendAsync(TenantSession session, Guid userAccountId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return await session.QueryFirstOrDefaultAsync<int>(ChargeSending, new { session.Tenant, UserAccountId = userAccountId, now, windowBegan = now - SendingWindow, policy.MaximumCodes }, cancellation) == 1;
    }

    private async Task SendAsync(TenantSession session, Guid userAccountId, int code, HttpContext context)
    {
        var (mail, name) = await session.QuerySingleAsync<(string, string)>(Person, new { UserAccountId = userAccountId }, context.RequestAborted);
        await outbox.EnqueueAsync(session, Mails.SignInCode(mail, name, PageLanguage.Current, code, context.Connection.RemoteIpAddress?.ToString() ?? ""), context.RequestAborted);
    }

    /// <param name="text">The browser's secret: without it, trying all codes against a stored digest tells nothing.</param>
    internal static byte[] DigestOf(string text, int code)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, code);
        return HMACSHA256.HashData(Encoding.ASCII.GetBytes(text), number);
    }

    private sealed record ChallengeRow(Guid UserAccountId, string Mail, int Sends, DateTimeOffset SentAt);

    private sealed record TriedRow(Guid UserAccountId, byte[] CodeDigest);
}
