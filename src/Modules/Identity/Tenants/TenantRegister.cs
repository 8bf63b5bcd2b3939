using Akashi.Identity.Contracts;
using Akashi.Identity.Users;
using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Tenants;

/// <param name="Search">Start of a support id, or part of a name; null for all.</param>
/// <param name="After">Support id after which the page begins; null for the first.</param>
internal sealed record TenantListRequest(string? Search, TenantStatus? Status, string? After, int Size);

internal sealed record TenantRow(TenantId Id, string SupportId, string Name, TenantStatus Status, DateTimeOffset CreatedAt);

/// <summary>A contract whole.</summary>
internal sealed record TenantDetail(
    TenantId Id, string SupportId, string Name, bool IsOperator, TenantStatus Status, DateTimeOffset CreatedAt, ContractTerms Terms,
    DateTimeOffset? EndedAt, DateTimeOffset? EraseAt, DateTimeOffset? ErasedAt);

/// <summary>Contracts as operators see them: the list, one of them, a change of its terms.</summary>
internal sealed class TenantRegister(AkashiDatabase database, AuditLog audit)
{
    public const int MaximumPage = 1000;

    // identity.tenant is read before a tenant is known and is not walled, so that a name may be searched anywhere in it.
    private const string List = """
        SELECT id, support_id, name, status, created_at FROM identity.tenant
        WHERE kind = 'customer' AND (@after::text IS NULL OR support_id > @after) AND (@status::text IS NULL OR status = @status)
          AND (@search::text IS NULL OR starts_with(support_id, upper(@search)) OR strpos(lower(normalize(name, NFKC)), lower(normalize(@search, NFKC))) > 0)
        ORDER BY support_id LIMIT @size
        """;

    private const string Detail = """
        SELECT t.id, t.support_id, t.name, t.kind = 'operator' AS is_operator, t.status, t.created_at, c.plan, array_to_string(c.options, ',') AS options, c.trial, c.starts_on, c.ends_on,
               c.applicant_name, c.applicant_mail, c.account_recipient_name, c.account_recipient_mail, c.ended_at, c.erase_at, c.erased_at
        FROM identity.tenant t JOIN identity.contract c ON c.tenant_id = t.id WHERE t.id = @tenant
        """;

    // What is written down as before must be what this change replaces, and nobody may end the contract meanwhile.
    private const string DetailToChange = Detail + " FOR UPDATE";

    private const string Change = """
        UPDATE identity.contract SET plan = @Plan, options = @options, trial = @Trial, starts_on = @StartsOn, ends_on = @EndsOn,
            applicant_name = @applicantName, applicant_mail = @applicantMail, account_recipient_name = @recipientName, account_recipient_mail = @recipientMail
        WHERE tenant_id = @tenant
        """;

    public async Task<IReadOnlyList<TenantRow>> ListAsync(TenantListRequest request, CancellationToken cancellation)
    {
        if (!UserFields.IsText(request.Search ?? "") || !UserFields.IsText(request.After ?? "")) return []; // nothing is called so, and PostgreSQL takes no NUL
        var rows = await database.QueryBeforeTenantAsync<ListRow>(List, new
        {
            after = request.After,
            status = request.Status?.ToString().ToLowerInvariant(),
            search = string.IsNullOrWhiteSpace(request.Search) ? null : request.Search.Trim(),
            size = Math.Clamp(request.Size, 1, MaximumPage + 1),
        }, cancellation);
        return [.. rows.Select(row => new TenantRow(new TenantId(row.Id), row.SupportId, row.Name, Enum.Parse<TenantStatus>(row.Status, ignoreCase: true), row.CreatedAt))];
    }

    /// <summary>Also of a tenant that was erased: plan and dates stay.</summary>
    public async Task<TenantDetail?> FindAsync(string supportId, CancellationToken cancellation)
    {
        if (SupportId.TryFold(supportId) is not { } folded) return null;
        var ids = await database.QueryBeforeTenantAsync<Guid>("SELECT id FROM identity.tenant WHERE support_id = @folded", new { folded }, cancellation);
        return ids is [var id] ? await FindAsync(new TenantId(id), cancellation) : null;
    }

    public async Task<TenantDetail?> FindAsync(TenantId tenant, CancellationToken cancellation) =>
        await database.QueryOnceAsync<DetailRow>(tenant, Detail, new { tenant }, cancellation) is [var row] ? row.ToDetail() : null;

    public async Task<Outcome<TenantDetail>> ChangeAsync(TenantId tenant, ContractFields fields, AuditActor actor, CancellationToken cancellation)
    {
        if (!fields.Read().TryGet(out var terms, out var failure)) return failure;
        await using var session = await database.OpenAsync(tenant, cancellation);
        if ((await session.QueryFirstOrDefaultAsync<DetailRow>(DetailToChange, new { tenant }, cancellation))?.ToDetail() is not { } before) return new NoSuchContract();
        if (before.IsOperator) return new OperatorStays();
        if (before.Status == TenantStatus.Erased) return new ContractErased();
        await session.ExecuteAsync("UPDATE identity.tenant SET name = @name WHERE id = @tenant", new { tenant, name = fields.Name.Trim() }, cancellation);
        await session.ExecuteAsync(Change, new
        {
            tenant, terms.Plan, options = terms.Options.ToArray(), terms.Trial, terms.StartsOn, terms.EndsOn,
            applicantName = terms.Applicant.Name, applicantMail = terms.Applicant.Mail,
            recipientName = terms.AccountRecipient.Name, recipientMail = terms.AccountRecipient.Mail,
        }, cancellation);
        await audit.WriteAsync(session, actor, new AuditEntry("contract.change", before.SupportId, Told(before.Name, before.Terms), Told(fields.Name.Trim(), terms)), cancellation);
        await session.CommitAsync(cancellation);
        return (await FindAsync(tenant, cancellation))!;
    }

    private static object Told(string name, ContractTerms terms) => new
    {
        name, terms.Plan, terms.Options, terms.Trial, StartsOn = terms.StartsOn.ToString(), EndsOn = terms.EndsOn?.ToString(), Applicant = terms.Applicant.Name, AccountRecipient = terms.AccountRecipient.Name,
    };

    private sealed record ListRow(Guid Id, string SupportId, string Name, string Status, DateTimeOffset CreatedAt);

    private sealed class DetailRow
    {
        public Guid Id { get; init; }
        public string SupportId { get; init; } = "";
        public string Name { get; init; } = "";
        public bool IsOperator { get; init; }
        public string Status { get; init; } = "";
        public DateTimeOffset CreatedAt { get; init; }
        public string Plan { get; init; } = "";
        public string Options { get; init; } = "";
        public bool Trial { get; init; }
        public JstDay StartsOn { get; init; }
        public JstDay? EndsOn { get; init; }
        public string ApplicantName { get; init; } = "";
        public string ApplicantMail { get; init; } = "";
        public string AccountRecipientName { get; init; } = "";
        public string AccountRecipientMail { get; init; } = "";
        public DateTimeOffset? EndedAt { get; init; }
        public DateTimeOffset? EraseAt { get; init; }
        public DateTimeOffset? ErasedAt { get; init; }

        public TenantDetail ToDetail() => new(
            new TenantId(Id), SupportId, Name, IsOperator, Enum.Parse<TenantStatus>(Status, ignoreCase: true), CreatedAt,
            new ContractTerms(Plan, Options.Split(',', StringSplitOptions.RemoveEmptyEntries), Trial, StartsOn, EndsOn, new Contact(ApplicantName, ApplicantMail), new Contact(AccountRecipientName, AccountRecipientMail)),
            EndedAt, EraseAt, ErasedAt);
    }
}
