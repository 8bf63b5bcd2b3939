using Akashi.Platform.Database;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Archive;

/// <summary>Archived batches that count are those with a manifest; any other was never acknowledged.</summary>
internal sealed class ArchiveObjects(AkashiDatabase database) : IObjectOwner
{
    public ObjectKey FolderOf(TenantId tenant) => BatchArchive.FolderOf(tenant);

    public async Task<IReadOnlySet<string>> NamedAsync(TenantId tenant, IReadOnlyList<ObjectKey> keys, CancellationToken cancellation)
    {
        // By batch id, which has an index; the key holds it between the last slash and the attempt.
        const string sql = """
            SELECT b.object_key FROM unnest(@tmids, @ids) AS asked (tmid, batch_id)
            JOIN traces.batch b ON b.tenant_id = @tenant AND b.tmid = asked.tmid AND b.batch_id = asked.batch_id
            """;
        var parts = keys.Select(key => key.ToString().Split('/')).Where(key => key.Length >= 2).ToList();
        await using var session = await database.OpenAsync(tenant, cancellation);
        var rows = await session.QueryAsync<string>(sql, new
        {
            tenant,
            tmids = parts.Select(key => key[^2]).ToArray(),
            ids = parts.Select(key => key[^1].Split('-')[0]).ToArray(),
        }, cancellation);
        return rows.ToHashSet(StringComparer.Ordinal);
    }
}
