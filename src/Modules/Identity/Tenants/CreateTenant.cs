using Akashi.Identity.Activation;
using Akashi.Identity.Users;
using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;

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
internal sealed class CreateTenant(AkashiDatabase database, KeyStore keys, Activations activations, MailOutbox mail, AuditLog audit, ServiceHosts hosts, TimeProvider clock)
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
        await using var session = await OpenAsync(cancellation);
        if (await session.QueryFirstOrDefaultAsync<int>("SELECT 1 FROM identity.tenant WHERE support_id = @SupportId", new { tenant.SupportId }, cancellation) == 1) return;
        await InsertAsync(session, tenant, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>A new customer under the next free support id; its administrator gets the account notice by mail.</summary>
    /// <param name="make">Makes the tenant once its support id is known.</param>
    public async Task<Outcome<NewTenant>> CreateAsync(Func<string, NewTenant> make, AuditActor actor, CancellationToken cancellation)
    {
        await using var session = await OpenAsync(cancellation);
        var last = await session.QuerySingleAsync<int>("SELECT coalesce(max(substr(support_id, 3)::integer), 0) FROM identity.tenant", null, cancellation);
        if (last >= SupportId.MaximumNumber) return new SupportIdsUsedUp();
        var tenant = make(SupportId.FromNumber(last + 1));
        var userAccountId = await InsertAsync(session, tenant, cancellation);
        var link = await activations.IssueAsync(session, userAccountId, cancellation);
        var user = tenant.FirstUser;
        await mail.EnqueueAsync(session, new OutgoingMail(user.Mail, user.DisplayName, AccountNotice.Template, "ja", AccountNotice.Values(hosts, tenant, link), Secret: true), cancellation);
        await audit.WriteAsync(session, actor, new AuditEntry("contract.create", tenant.SupportId, After: new { tenant.Name, tenant.Terms.Plan, tenant.Terms.Options, tenant.Terms.Trial, StartsOn = tenant.Terms.StartsOn.ToString() }), cancellation);
        await session.CommitAsync(cancellation);
        return tenant;
    }

    private async Task<TenantSession> OpenAsync(CancellationToken cancellation)
    {
        var session = await database.OpenAsync(TenantId.New(clock), cancellation);
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(@LockKey)", new { LockKey }, cancellation);
        return session;
    }

    private async Task<Guid> InsertAsync(TenantSession session, NewTenant tenant, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var id = session.Tenant;
        // Keys first: keys without a tenant are harmless, a tenant without keys could not store anything.
        keys.CreateTenantKeys(id);
        await session.ExecuteAsync(InsertTenant, new { id, tenant.SupportId, tenant.Name, kind = tenant.Kind == TenantKind.Operator ? "operator" : "customer", now }, cancellation);
        await InsertContractAsync(session, id, tenant.Terms, cancellation);
        return await InsertUserAsync(session, id, tenant.FirstUser, now, cancellation);
    }

    private static Task InsertContractAsync(TenantSession session, TenantId id, ContractTerms terms, CancellationToken cancellation) =>
        session.ExecuteAsync(InsertContract, new
        {
            id, terms.Plan, options = terms.Options.ToArray(), terms.Trial, terms.StartsOn, terms.EndsOn,
            applicantName = terms.Applicant.Name, applicantMail = terms.Applicant.Mail,
            recipientName = terms.AccountRecipient.Name, recipientMail = terms.AccountRecipient.Mail,
        }, cancellation);

    private static async Task<Guid> InsertUserAsync(TenantSession session, TenantId id, NewUser user, DateTimeOffset now, CancellationToken cancellation)
    {
        var userKey = UserKey.TryFold(user.UserId) ?? throw new ArgumentException($"'{user.UserId}' cannot be a user id.", nameof(user));
        var userAccountId = Guid.CreateVersion7(now);
        await session.ExecuteAsync(InsertUser, new { id, userAccountId, user.UserId, userKey, user.DisplayName, user.Mail, user.Role, now }, cancellation);
        return userAccountId;
    }
}
