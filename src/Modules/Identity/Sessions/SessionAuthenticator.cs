using Akashi.Identity.Tenants;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Sessions;

internal sealed record SessionEnded() : Failure("session-ended", StatusCodes.Status401Unauthorized)
{
    public override string Japanese => "サインインの有効期間が終わりました。もう一度サインインしてください。";
    public override string English => "Your session has ended. Sign in again.";
}

/// <summary>The session behind a request, for Identity's own pages.</summary>
internal sealed record CurrentSession(TenantId Tenant, Guid LoginId, Guid UserAccountId, string UserId)
{
    public static CurrentSession Of(HttpContext context) =>
        context.Features.Get<CurrentSession>() ?? throw new InvalidOperationException("This route was reached without a session.");
}

/// <summary>Recognises people by the session cookie of the portal or the console. Every request pays for this, so it is one round trip.</summary>
internal sealed class SessionAuthenticator(AkashiDatabase database, OperatorAccess operators, SignInPolicy policy, TimeProvider clock) : ICallerAuthenticator
{
    // Being used keeps a session alive; writing that down at every request would be a disk write a click.
    private static readonly TimeSpan TouchInterval = TimeSpan.FromMinutes(1);

    // The session first, whatever the planner thinks of the joins: a wrong one ends there, be its tenant known or not.
    internal const string Find = """
        WITH found AS MATERIALIZED (SELECT * FROM identity.session WHERE id = @Digest AND host = @host AND ends_at > @now AND last_used_at > @idleSince)
        SELECT s.login_id, s.user_account_id, s.last_used_at, u.user_id, u.display_name, u.language, u.role, array_to_string(r.permissions, ',') AS custom_permissions, t.name AS tenant_name
        FROM found s
        JOIN identity.user_account u ON u.tenant_id = s.tenant_id AND u.id = s.user_account_id
        JOIN identity.tenant t ON t.id = s.tenant_id
        LEFT JOIN identity.role r ON r.tenant_id = u.tenant_id AND r.id = u.custom_role_id
        WHERE u.state = 'active' AND t.status = 'active'
        """;

    private const string Touch = "UPDATE identity.session SET last_used_at = @now WHERE id = @Digest AND last_used_at < @now";
    private const string Speak = "UPDATE identity.user_account SET language = @Current WHERE id = @UserAccountId";

    public async ValueTask<Outcome<Caller>?> AuthenticateAsync(HttpContext context, ServiceHost host)
    {
        if (host is not (ServiceHost.Portal or ServiceHost.Console) || !SessionCookie.IsPresent(context)) return null;
        if (!SessionCookie.TryRead(context, out var secret)) return Outcome(new SessionEnded());
        var now = clock.GetUtcNow();
        var parameters = new { secret.Digest, host = NameOf(host), now, idleSince = now - policy.SessionIdle };
        var rows = await database.QueryOnceAsync<Row>(secret.Tenant, Find, parameters, context.RequestAborted);
        if (rows is not [var row]) return Outcome(new SessionEnded());
        if (now - row.LastUsedAt > TouchInterval && !Unattended.Is(context)) await TouchAsync(secret, row, now, context.RequestAborted);
        context.Features.Set(new CurrentSession(secret.Tenant, row.LoginId, row.UserAccountId, row.UserId));
        var caller = new Caller(secret.Tenant, CallerKind.User, row.UserId, row.DisplayName, Roles.PermissionsOf(row.Role, row.CustomPermissions?.Split(',')), TenantName: row.TenantName);
        return await operators.ApplyAsync(context, caller, context.RequestAborted);
    }

    public static string NameOf(ServiceHost host) => host.ToString().ToLowerInvariant();

    private async Task TouchAsync(TenantSecret secret, Row row, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(secret.Tenant, cancellation);
        await session.ExecuteAsync(Touch, new { secret.Digest, now }, cancellation);
        if (row.Language != PageLanguage.Current) await session.ExecuteAsync(Speak, new { PageLanguage.Current, row.UserAccountId }, cancellation);
        await session.CommitAsync(cancellation);
    }

    private static Outcome<Caller>? Outcome(Failure failure) => (Outcome<Caller>)failure;

    private sealed record Row(Guid LoginId, Guid UserAccountId, DateTimeOffset LastUsedAt, string UserId, string DisplayName, string? Language, string Role, string? CustomPermissions, string TenantName);
}
