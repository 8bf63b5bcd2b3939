using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Objects;

/// <summary>Every object of a tenant, whichever module wrote it: keys begin with the tenant.</summary>
internal sealed class TenantObjects(IObjectStore objects) : ITenantFiles
{
    public async Task DeleteAllAsync(TenantId tenant, CancellationToken cancellation)
    {
        await foreach (var entry in objects.AllAsync(ObjectKey.Of(tenant.ToString()), cancellation)) await objects.DeleteAsync(entry.Key, cancellation);
    }
}
