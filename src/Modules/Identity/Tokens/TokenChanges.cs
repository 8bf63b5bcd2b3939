using System.Globalization;
using Akashi.Identity.Users;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Tokens;

/// <param name="Scopes">Ids of permissions, of those that its maker holds.</param>
/// <param name="Days">Life, 1–365; 90 when absent.</param>
internal sealed record TokenDraft(string? Name, IReadOnlyList<string>? Scopes, int? Days);

/// <summary>What can be told of a token; the token itself is shown once and not kept.</summary>
internal sealed record TokenRow(Guid TokenId, string Name, string Scopes, string UserId, string DisplayName, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt);

internal sealed record NewToken(Guid TokenId, string Token, DateTimeOffset ExpiresAt);

/// <summary>Makes, lists and revokes API tokens.</summary>
internal sealed class TokenChanges(AkashiDatabase database, UserDirectory users, AuditLog audit, TimeProvider clock)
{
    public const int DefaultDays = 90;
    public const int MaximumDays = 365;
    private const int MaximumName = 100;
    private const int MaximumTokens = 50;

    private const string Insert = """
        INSERT INTO identity.api_token (tenant_id, id, token_id, user_account_id, name, scopes, created_at, expires_at)
        VALUES (@Tenant, @Digest, @tokenId, @Id, @name, @scopes, @now, @expiresAt)
        """;

    private const string Columns = """
        SELECT a.token_id, a.name, array_to_string(a.scopes, ' ') AS scopes, u.user_id, u.display_name, a.created_at, a.expires_at, a.last_used_at
        FROM identity.api_token a JOIN identity.user_account u ON u.tenant_id = a.tenant_id AND u.id = a.user_account_id
        """;

    public async Task<IReadOnlyList<TokenRow>> ListAsync(TenantId tenant, CancellationToken cancellation) =>
        await database.QueryOnceAsync<TokenRow>(tenant, Columns + " ORDER BY a.created_at DESC, a.token_id LIMIT 1000", cancellation: cancellation);

    public async Task<TokenRow?> FindAsync(TenantId tenant, Guid tokenId, CancellationToken cancellation) =>
        await database.QueryOnceAsync<TokenRow>(tenant, Columns + " WHERE a.token_id = @tokenId", new { tokenId }, cancellation) is [var row] ? row : null;

    public async Task<Outcome<NewToken>> CreateAsync(Actor actor, TokenDraft draft, CancellationToken cancellation)
    {
        var name = draft.Name?.Trim() ?? "";
        if (name.Length is 0 or > MaximumName || !UserFields.IsText(name)) return new FieldInvalid("name", name, "1–100 文字 / characters");
        var days = draft.Days ?? DefaultDays;
        if (days is < 1 or > MaximumDays) return new FieldInvalid("days", days.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"1–{MaximumDays}"));
        var scopes = (draft.Scopes ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (scopes.Length == 0) return new NoScope();
        if (scopes[0] is null) return new ScopeBeyondOwn("null"); // sorted, so the first
        if (scopes.FirstOrDefault(id => !PermissionCatalogue.TryFind(id, out var entry) || !actor.Caller.Permissions.Contains(entry.Permission)) is { } beyond) return new ScopeBeyondOwn(beyond);
        // An operator on a customer's tenant is nobody there, so no token can act for them.
        if (actor.Caller.OperatorOf is not null) return new UnknownUser(actor.Caller.Subject);

        await using var session = await database.OpenAsync(actor.Tenant, cancellation);
        await UserGuard.LockAsync(session, cancellation);
        if (await users.FindByKeyAsync(session, UserKey.TryFold(actor.Caller.Subject)!, cancellation) is not { } owner) return new UnknownUser(actor.Caller.Subject);
        var names = await session.QueryAsync<string>("SELECT name FROM identity.api_token WHERE user_account_id = @Id", new { owner.Id }, cancellation);
        if (names.Contains(name, StringComparer.Ordinal)) return new TokenNameTaken(name);
        if (names.Count >= MaximumTokens) return new TooManyTokens(MaximumTokens);
        var now = clock.GetUtcNow();
        var (text, secret) = TenantSecret.Create(actor.Tenant, ApiTokens.Separator);
        var (tokenId, expiresAt) = (Guid.CreateVersion7(now), now + TimeSpan.FromDays(days));
        await session.ExecuteAsync(Insert, new { actor.Tenant, secret.Digest, tokenId, owner.Id, name, scopes, now, expiresAt }, cancellation);
        await audit.WriteAsync(session, actor.Audited, new AuditEntry("token.create", name, null, new { Scopes = scopes, ExpiresAt = expiresAt }), cancellation);
        await session.CommitAsync(cancellation);
        return new NewToken(tokenId, ApiTokens.Prefix + text, expiresAt);
    }

    /// <summary>The token stops working at once, on every node: each request asks the database.</summary>
    public async Task<Failure?> RevokeAsync(Actor actor, Guid tokenId, CancellationToken cancellation)
    {
        if (await FindAsync(actor.Tenant, tokenId, cancellation) is not { } row) return new UnknownToken(tokenId.ToString());
        await using var session = await database.OpenAsync(actor.Tenant, cancellation);
        await session.ExecuteAsync("DELETE FROM identity.api_token WHERE token_id = @tokenId", new { tokenId }, cancellation);
        await audit.WriteAsync(session, actor.Audited, new AuditEntry("token.revoke", row.Name, new { Owner = row.UserId, row.Scopes }), cancellation);
        await session.CommitAsync(cancellation);
        return null;
    }
}
