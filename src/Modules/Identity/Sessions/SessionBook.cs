using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Sessions;

/// <summary>Begins and ends sessions. A sign-in is known by its login id; its sessions on several hosts end together.</summary>
internal sealed class SessionBook(SignInPolicy policy, TimeProvider clock)
{
    private const string Insert = """
        WITH signed AS (UPDATE identity.user_account SET last_sign_in_at = @now, language = @Current WHERE id = @userAccountId AND @host = 'portal')
        INSERT INTO identity.session (tenant_id, id, login_id, user_account_id, host, created_at, last_used_at, ends_at, address, browser)
        VALUES (@Tenant, @Digest, @loginId, @userAccountId, @host, @now, @now, @endsAt, @address, @browser)
        """;

    private const string DeleteOthers = """
        WITH awaiting AS (DELETE FROM identity.sign_in_challenge WHERE user_account_id = @userAccountId)
        DELETE FROM identity.session WHERE user_account_id = @userAccountId AND login_id IS DISTINCT FROM @loginId
        """;

    private const string DeleteOne = """
        DELETE FROM identity.session WHERE user_account_id = @userAccountId AND login_id = @loginId
        """;

    private const string List = """
        SELECT login_id, string_agg(host, ',' ORDER BY host DESC) AS hosts, min(created_at) AS created_at, max(last_used_at) AS last_used_at,
            (array_agg(address ORDER BY last_used_at DESC))[1] AS address, (array_agg(browser ORDER BY last_used_at DESC))[1] AS browser
        FROM identity.session WHERE user_account_id = @userAccountId AND ends_at > @now AND last_used_at > @idleSince
        GROUP BY login_id ORDER BY max(last_used_at) DESC, login_id
        """;

    private const string DeleteSpent = """
        DELETE FROM identity.session WHERE user_account_id = @userAccountId AND (ends_at <= @now OR last_used_at <= @idleSince)
        """;

    private const string DeleteLogin = """
        DELETE FROM identity.session WHERE login_id = @loginId
        """;

    /// <summary>Gives the browser a new session id; whatever it carried before is worthless from now on.</summary>
    public async Task BeginAsync(TenantSession session, HttpContext context, ServiceHost host, Guid userAccountId, Guid loginId, DateTimeOffset endsAt)
    {
        var now = clock.GetUtcNow();
        if (SessionCookie.TryRead(context, out var old) && old.Tenant == session.Tenant)
            await session.ExecuteAsync("DELETE FROM identity.session WHERE id = @Digest", new { old.Digest }, context.RequestAborted);
        await session.ExecuteAsync(DeleteSpent, new { userAccountId, now, idleSince = now - policy.SessionIdle }, context.RequestAborted);
        var secret = SessionCookie.Issue(context, session.Tenant);
        await session.ExecuteAsync(Insert, new
        {
            session.Tenant, secret.Digest, loginId, userAccountId, host = SessionAuthenticator.NameOf(host), now, endsAt, PageLanguage.Current,
            address = context.Connection.RemoteIpAddress?.ToString() ?? "", browser = BrowserName.Of(context.Request.Headers.UserAgent.ToString()),
        }, context.RequestAborted);
    }

    public Task EndAsync(TenantSession session, Guid loginId, CancellationToken cancellation) =>
        session.ExecuteAsync(DeleteLogin, new { loginId }, cancellation);

    /// <summary>Ends all sign-ins of a person but one, and those that still wait for their code.</summary>
    /// <param name="loginId">The one that goes on; null for none.</param>
    public Task EndOthersAsync(TenantSession session, Guid userAccountId, Guid? loginId, CancellationToken cancellation) =>
        session.ExecuteAsync(DeleteOthers, new { userAccountId, loginId }, cancellation);

    /// <returns>False when the person has no such sign-in.</returns>
    public async Task<bool> EndOneAsync(TenantSession session, Guid userAccountId, Guid loginId, CancellationToken cancellation) =>
        await session.ExecuteAsync(DeleteOne, new { userAccountId, loginId }, cancellation) > 0;

    /// <summary>A person's sign-ins that still work, the latest used first.</summary>
    public async Task<IReadOnlyList<SignInRow>> ListAsync(TenantSession session, Guid userAccountId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return await session.QueryAsync<SignInRow>(List, new { userAccountId, now, idleSince = now - policy.SessionIdle }, cancellation);
    }

    public DateTimeOffset EndOfNew() => clock.GetUtcNow() + policy.SessionLife;
}

/// <summary>One sign-in and its sessions on the hosts.</summary>
internal sealed record SignInRow(Guid LoginId, string Hosts, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, string Address, string Browser);
