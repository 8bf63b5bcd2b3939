using System.Collections.Concurrent;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Contracts;

/// <summary>Answers what a tenant may use: <c>(await entitlements.OfAsync(tenant, cancellation)).Allows(Entitlement.DailyLog)</c>.</summary>
public sealed class EntitlementBook(AkashiDatabase database, TimeProvider clock)
{
    private const int MaximumRemembered = 10_000;

    /// <summary>A change acts within this time on every node; asking for each batch would be a query a batch.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);

    private const string Find = """
        SELECT t.status, c.plan, c.trial, array_to_string(c.options, ',') AS options
        FROM identity.tenant t JOIN identity.contract c ON c.tenant_id = t.id WHERE t.id = @tenant
        """;

    private readonly ConcurrentDictionary<TenantId, (Entitlements Value, long Read)> _known = new();

    /// <exception cref="InvalidOperationException">There is no such tenant.</exception>
    public async Task<Entitlements> OfAsync(TenantId tenant, CancellationToken cancellation)
    {
        if (_known.TryGetValue(tenant, out var known) && clock.GetElapsedTime(known.Read) < Remembered) return known.Value;
        if (await database.QueryOnceAsync<Row>(tenant, Find, new { tenant }, cancellation) is not [var row]) throw new InvalidOperationException($"There is no tenant {tenant}.");
        var options = row.Options.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var value = new Entitlements(tenant, Enum.Parse<TenantStatus>(row.Status, ignoreCase: true), row.Plan, row.Trial, PlanCatalogue.Included(row.Plan, options));
        if (_known.Count >= MaximumRemembered) _known.Clear();
        _known[tenant] = (value, clock.GetTimestamp());
        return value;
    }

    private sealed record Row(string Status, string Plan, bool Trial, string Options);
}
