using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Index;

/// <summary>A tenant's trace segments, for the end of its contract.</summary>
internal sealed class TenantSegments(SegmentFolder segments) : ITenantFiles
{
    public Task DeleteAllAsync(TenantId tenant, CancellationToken cancellation)
    {
        segments.Delete(tenant);
        return Task.CompletedTask;
    }
}
