using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Sessions;

/// <summary>Begins and ends sessions. A sign-in is known by its login id; its sessions on several hosts end together.</summary>
internal sealed class SessionBook(SignInPolicy policy, TimeProvider clock)
{
    private const string Insert = """
        INSERT INTO identity.session (tenant_id, id, login_id, user_account_id, host, created_at, last_used_at, ends_at)
        VALUES (@Tenant, @Digest, @loginId, @userAccountId, @host, @now, @now, @endsAt)
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
        await session.ExecuteAsync(Insert, new { session.Tenant, secret.Digest, loginId, userAccountId, host = SessionAuthenticator.NameOf(host), now, endsAt }, context.RequestAborted);
    }

    public Task EndAsync(TenantSession session, Guid loginId, CancellationToken cancellation) =>
        session.ExecuteAsync(DeleteLogin, new { loginId }, cancellation);

    /// <summary>After a new password only the sign-in that set it goes on.</summary>
    public Task EndOthersAsync(TenantSession session, Guid userAccountId, Guid? loginId, CancellationToken cancellation) =>
        session.ExecuteAsync("DELETE FROM identity.session WHERE user_account_id = @userAccountId AND login_id IS DISTINCT FROM @loginId", new { userAccountId, loginId }, cancellation);

    public DateTimeOffset EndOfNew() => clock.GetUtcNow() + policy.SessionLife;
}
