using Akashi.Durability;
using Akashi.Platform.Crypto;
using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Index;

/// <summary>Where a tenant's segments lie and which keys they have.</summary>
internal sealed class SegmentFolder(ServerOptions options, KeyStore keys)
{
    public string Of(TenantId tenant)
    {
        var folder = Path.Combine(options.SegmentsFolder, tenant.ToString());
        DurableFile.CreateFolder(folder);
        return folder;
    }

    public string PathOf(TenantId tenant, string fileName) => Path.Combine(options.SegmentsFolder, tenant.ToString(), fileName);

    public byte[] KeyOf(TenantId tenant, Guid segment) => keys.DeriveKey(tenant, TenantKeyKind.Data, TraceNames.SegmentKeyPurpose, segment.ToByteArray(bigEndian: true));
}
