using Akashi.Identity.Tenants;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Contracts;

/// <summary>One tenant as other modules see it.</summary>
/// <param name="SupportId">AK and eight digits, for people.</param>
/// <param name="IsOperator">True for the provider itself.</param>
public sealed record TenantSummary(TenantId Id, string SupportId, string Name, bool IsOperator);

/// <summary>Which tenants there are; for background work that goes through all of them.</summary>
public sealed class TenantDirectory(AkashiDatabase database)
{
    private const string Columns = "SELECT id, support_id, name, kind = 'operator' AS is_operator FROM identity.tenant WHERE status <> 'erased'";

    /// <summary>All tenants that still have data, the operator's included, by support id.</summary>
    public async Task<IReadOnlyList<TenantSummary>> ListAsync(CancellationToken cancellation) =>
        [.. (await database.QueryBeforeTenantAsync<Row>(Columns + " ORDER BY support_id", cancellation: cancellation)).Select(row => row.ToSummary())];

    /// <summary>Every tenant there ever was: what the service recorded of its own acts outlives the contract.</summary>
    public async Task<IReadOnlyList<TenantSummary>> ListEverAsync(CancellationToken cancellation) =>
        [.. (await database.QueryBeforeTenantAsync<Row>("SELECT id, support_id, name, kind = 'operator' AS is_operator FROM identity.tenant ORDER BY support_id", cancellation: cancellation)).Select(row => row.ToSummary())];

    /// <param name="typed">As people type it, in full or half width and any case.</param>
    /// <returns>Null when no tenant that still has data has this support id.</returns>
    public async Task<TenantSummary?> FindBySupportIdAsync(string? typed, CancellationToken cancellation) =>
        SupportId.TryFold(typed) is { } supportId && await database.QueryBeforeTenantAsync<Row>(Columns + " AND support_id = @supportId", new { supportId }, cancellation) is [var row]
            ? row.ToSummary() : null;

    /// <summary>Those of the given tenants that exist, ended ones included.</summary>
    public async Task<IReadOnlyDictionary<TenantId, TenantSummary>> FindAllAsync(IEnumerable<TenantId> tenants, CancellationToken cancellation)
    {
        const string sql = "SELECT id, support_id, name, kind = 'operator' AS is_operator FROM identity.tenant WHERE id = ANY(@ids)";
        var ids = tenants.Select(tenant => tenant.Value).Distinct().ToArray();
        return (await database.QueryBeforeTenantAsync<Row>(sql, new { ids }, cancellation)).Select(row => row.ToSummary()).ToDictionary(tenant => tenant.Id);
    }

    private sealed record Row(Guid Id, string SupportId, string Name, bool IsOperator)
    {
        public TenantSummary ToSummary() => new(new TenantId(Id), SupportId, Name, IsOperator);
    }
}
