using Akashi.Identity.Activation;
using Akashi.Identity.Sessions;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;

namespace Akashi.Identity.Users;

/// <summary>
/// What a helpdesk does for people. It changes neither rights nor addresses nor passwords, so it may help also those who hold more than it
/// does: a link goes to the person's own mail address alone.
/// </summary>
internal sealed class UserHelp(AkashiDatabase database, UserDirectory users, SessionBook sessions, Activations links, AuditLog audit)
{
    private const string Unlock = """
        WITH person AS (SELECT user_key FROM identity.user_account WHERE id = @Id),
        codes AS (DELETE FROM identity.code_charge WHERE user_account_id = @Id)
        DELETE FROM identity.sign_in_charge c USING person WHERE c.user_key = person.user_key
        """;

    public Task<Failure?> UnlockAsync(Actor actor, Guid id, CancellationToken cancellation) => HelpAsync(actor, id, "user.unlock", async (session, user) =>
    {
        await session.ExecuteAsync(Unlock, new { user.Id }, cancellation);
        return null;
    }, cancellation);

    /// <summary>A first-access link for those who have no password yet, a link to a new password for the others.</summary>
    public Task<Failure?> SendLinkAsync(Actor actor, Guid id, CancellationToken cancellation) => HelpAsync(actor, id, "user.send-link", async (session, user) =>
    {
        if (user.State == UserStates.Suspended) return new WrongUserState(user.UserId, user.State);
        await links.SendAsync(session, user.Id, PageLanguage.Current, cancellation);
        return null;
    }, cancellation);

    public Task<Failure?> EndSessionsAsync(Actor actor, Guid id, CancellationToken cancellation) => HelpAsync(actor, id, "user.end-sessions", async (session, user) =>
    {
        await sessions.EndOthersAsync(session, user.Id, loginId: null, cancellation);
        return null;
    }, cancellation);

    private async Task<Failure?> HelpAsync(Actor actor, Guid id, string action, Func<TenantSession, UserRow, Task<Failure?>> help, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(actor.Tenant, cancellation);
        if (await users.FindForChangeAsync(session, id, cancellation) is not { } user) return new UnknownUser(id.ToString());
        if (await help(session, user) is { } failure) return failure;
        await audit.WriteAsync(session, actor.Audited, new AuditEntry(action, user.UserId), cancellation);
        await session.CommitAsync(cancellation);
        return null;
    }
}
