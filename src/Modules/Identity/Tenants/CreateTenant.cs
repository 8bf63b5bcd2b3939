using Akashi.Identity.Users;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Tenants;

internal enum TenantKind
{
    Operator,
    Customer,
}

internal sealed record Contact(string Name, string Mail);

/// <summary>What was agreed with the customer.</summary>
internal sealed record ContractTerms(string Plan, IReadOnlyList<string> Options, bool Trial, JstDay StartsOn, JstDay? EndsOn, Contact Applicant, Contact AccountRecipient);

internal sealed record NewUser(string UserId, string DisplayName, string Mail, string Role);

internal sealed record NewTenant(string SupportId, string Name, TenantKind Kind, ContractTerms Terms, NewUser FirstUser);

/// <summary>Makes a tenant with its contract, its keys and its first person, who has no password yet.</summary>
internal sealed class CreateTenant(AkashiDatabase database, KeyStore keys, TimeProvider clock)
{
    private const long LockKey = 0x74656E616E7473; // "tenants"

    private const string InsertTenant = """
        INSERT INTO identity.tenant (id, support_id, name, kind, created_at) VALUES (@id, @SupportId, @Name, @kind, @now)
        """;

    private const string InsertContract = """
        INSERT INTO identity.contract (tenant_id, plan, options, trial, starts_on, ends_on, applicant_name, applicant_mail, account_recipient_name, account_recipient_mail)
        VALUES (@id, @Plan, @options, @Trial, @StartsOn, @EndsOn, @applicantName, @applicantMail, @recipientName, @recipientMail)
        """;

    public const string InsertUser = """
        INSERT INTO identity.user_account (tenant_id, id, user_id, user_key, display_name, mail, role, state, created_at)
        VALUES (@id, @userAccountId, @UserId, @userKey, @DisplayName, @Mail, @Role, 'invited', @now)
        """;

    /// <summary>Does nothing when the support id is taken already, also when two nodes start at once.</summary>
    public async Task EnsureAsync(NewTenant tenant, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var id = TenantId.New(clock);
        await using var session = await database.OpenAsync(id, cancellation);
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(@LockKey)", new { LockKey }, cancellation);
        if (await session.QueryFirstOrDefaultAsync<int>("SELECT 1 FROM identity.tenant WHERE support_id = @SupportId", new { tenant.SupportId }, cancellation) == 1) return;
        // Keys first: keys without a tenant are harmless, a tenant without keys could not store anything.
        keys.CreateTenantKeys(id);
        await session.ExecuteAsync(InsertTenant, new { id, tenant.SupportId, tenant.Name, kind = tenant.Kind == TenantKind.Operator ? "operator" : "customer", now }, cancellation);
        await InsertContractAsync(session, id, tenant.Terms, cancellation);
        await InsertUserAsync(session, id, tenant.FirstUser, now, cancellation);
        await session.CommitAsync(cancellation);
    }

    private static Task InsertContractAsync(TenantSession session, TenantId id, ContractTerms terms, CancellationToken cancellation) =>
        session.ExecuteAsync(InsertContract, new
        {
            id, terms.Plan, options = terms.Options.ToArray(), terms.Trial, terms.StartsOn, terms.EndsOn,
            applicantName = terms.Applicant.Name, applicantMail = terms.Applicant.Mail,
            recipientName = terms.AccountRecipient.Name, recipientMail = terms.AccountRecipient.Mail,
        }, cancellation);

    private static Task InsertUserAsync(TenantSession session, TenantId id, NewUser user, DateTimeOffset now, CancellationToken cancellation)
    {
        var userKey = UserKey.TryFold(user.UserId) ?? throw new ArgumentException($"'{user.UserId}' cannot be a user id.", nameof(user));
        var userAccountId = Guid.CreateVersion7(now);
        return session.ExecuteAsync(InsertUser, new { id, userAccountId, user.UserId, userKey, user.DisplayName, user.Mail, user.Role, now }, cancellation);
    }
}
