using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Objects;

/// <summary>Something that keeps a tenant's data outside the database; asked to delete it when the contract is erased.</summary>
public interface ITenantFiles
{
    /// <summary>Deletes everything of the tenant. Safe to repeat; an exception means that something is left.</summary>
    Task DeleteAllAsync(TenantId tenant, CancellationToken cancellation);
}
