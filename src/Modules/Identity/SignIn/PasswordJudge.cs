using Akashi.Identity.Passwords;
using Akashi.Identity.Users;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.SignIn;

internal sealed record SignInRefused() : Failure("sign-in-refused", StatusCodes.Status403Forbidden)
{
    public override string Japanese => "サインインできませんでした。入力が正しくないか、アカウントが一時的にロックされています。30 分ほどおいてから、もう一度お試しください。";
    public override string English => "Sign-in failed: something you typed is wrong, or the account is locked for a while. Check it, or try again in 30 minutes.";
}

/// <summary>A password that was right, inside the transaction that notes it. Commit after beginning the session.</summary>
/// <param name="RecordId">Of the attempt in the log of sign-ins.</param>
internal sealed record RightPassword(TenantId Tenant, Guid UserAccountId, Guid RecordId);

/// <summary>
/// The one place that judges passwords, so that every way in shares one counter. An attempt is counted as failed before it is
/// judged, in one atomic statement: however many guesses arrive at once, no more than the allowed number is ever judged.
/// Unknown tenants and names take the same steps: same statements, same hash, same answer.
/// </summary>
internal sealed class PasswordJudge(AkashiDatabase database, TypedNames names, PasswordQueue queue, SignInPolicy policy, SignInMetrics metrics, TimeProvider clock)
{
    // Inserting and updating wait for each other on the row of the typed name, so the count is exact however many arrive at once.
    private const string Charge = """
        WITH charged AS (
            INSERT INTO identity.sign_in_charge AS c (tenant_id, user_key, failed_count, locked_until, charged_at)
            VALUES (@tenant, @userKey, 1, CASE WHEN 1 >= @MaximumFailures THEN @lockedUntil END, @now)
            ON CONFLICT (tenant_id, user_key) DO UPDATE SET
                failed_count = CASE WHEN c.locked_until IS NULL THEN c.failed_count + 1 ELSE 1 END,
                locked_until = CASE WHEN (CASE WHEN c.locked_until IS NULL THEN c.failed_count + 1 ELSE 1 END) >= @MaximumFailures THEN @lockedUntil END,
                charged_at = @now
            WHERE c.locked_until IS NULL OR c.locked_until <= @now
            RETURNING 1),
        account AS (
            SELECT id, password_hash FROM identity.user_account WHERE user_key = @userKey AND state = 'active' AND EXISTS (SELECT FROM charged)),
        record AS (
            INSERT INTO identity.sign_in_record (tenant_id, id, at, user_account_id, support_id_tried, user_key_tried, outcome, address)
            SELECT @tenant, @recordId, @now, (SELECT id FROM account), @supportIdTried, @userKeyTried,
                CASE WHEN EXISTS (SELECT FROM account) THEN 'wrong-password' ELSE 'not-accepted' END, @address)
        SELECT id, password_hash FROM account
        """;

    private const string Succeed = """
        WITH record AS (UPDATE identity.sign_in_record SET outcome = 'password-accepted' WHERE id = @recordId),
        cleared AS (DELETE FROM identity.sign_in_charge WHERE user_key = @userKey)
        UPDATE identity.user_account SET password_hash = COALESCE(@renewed, password_hash)
        WHERE id = @userAccountId AND password_hash = @hash AND state = 'active'
        """;

    /// <summary>Says in the log of sign-ins that this attempt led to a session.</summary>
    public static Task SignedInAsync(TenantSession session, RightPassword right, CancellationToken cancellation) =>
        session.ExecuteAsync("UPDATE identity.sign_in_record SET outcome = 'succeeded' WHERE id = @RecordId", new { right.RecordId }, cancellation);

    /// <param name="then">Runs inside the transaction that resets the counter, for example to begin a session.</param>
    public async Task<Outcome<RightPassword>> JudgeAsync(Attempt attempt, Func<TenantSession, RightPassword, Task> then, CancellationToken cancellation)
    {
        var outcome = await DecideAsync(attempt, then, cancellation);
        metrics.Count(outcome);
        return outcome;
    }

    private async Task<Outcome<RightPassword>> DecideAsync(Attempt attempt, Func<TenantSession, RightPassword, Task> then, CancellationToken cancellation)
    {
        if (TooLong(attempt)) return new SignInRefused();
        using var place = queue.TryEnter();
        if (place is null) return new SignInBusy();
        var (tenant, userKey) = await names.ResolveAsync(attempt.SupportId, attempt.UserId, cancellation);
        var recordId = Guid.CreateVersion7(clock.GetUtcNow());
        var account = await ChargeAsync(tenant, userKey, recordId, attempt, cancellation);
        var password = PasswordRules.TryNormalize(attempt.Password) ?? "";
        var hash = account?.PasswordHash;
        var right = await place.RunAsync(() => PasswordHash.Verify(hash, password, policy.PasswordRounds), cancellation);
        if (!right || account is null || hash is null) return new SignInRefused();
        var renewed = PasswordHash.IsOutdated(hash, policy.PasswordRounds)
            ? await place.RunAsync(() => PasswordHash.Create(password, policy.PasswordRounds), cancellation) : null;

        await using var session = await database.OpenAsync(tenant, cancellation);
        // Nothing is updated when the password was changed or the account suspended while this attempt was judged.
        if (await session.ExecuteAsync(Succeed, new { recordId, userKey, userAccountId = account.Id, hash, renewed }, cancellation) != 1) return new SignInRefused();
        var answer = new RightPassword(tenant, account.Id, recordId);
        await then(session, answer);
        await session.CommitAsync(cancellation);
        return answer;
    }

    private async Task<AccountRow?> ChargeAsync(TenantId tenant, string userKey, Guid recordId, Attempt attempt, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(tenant, cancellation);
        var account = await session.QueryFirstOrDefaultAsync<AccountRow>(Charge, new
        {
            tenant, userKey, recordId, now, policy.MaximumFailures, lockedUntil = now + policy.LockTime,
            supportIdTried = Quoted.Of(attempt.SupportId), userKeyTried = Quoted.Of(attempt.UserId), address = attempt.Address,
        }, cancellation);
        await session.CommitAsync(cancellation);
        return account;
    }

    private static bool TooLong(Attempt attempt) =>
        TypedNames.TooLong(attempt.SupportId) || TypedNames.TooLong(attempt.UserId) || attempt.Password.Length > PasswordRules.MaximumInput;

    private sealed record AccountRow(Guid Id, string? PasswordHash);
}

/// <summary>What was typed, and from which address.</summary>
internal sealed record Attempt(string SupportId, string UserId, string Password, string Address);
