using System.Security.Cryptography;
using Akashi.Platform.Database;
using Akashi.Platform.Merkle;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Audit;

/// <param name="Entries">Leaves in the log.</param>
/// <param name="Pending">Entries that wait to be taken into it.</param>
/// <param name="Deleted">Leaves whose entries retention deleted.</param>
public sealed record AuditState(long Entries, long Pending, long Deleted);

/// <summary>
/// Proves a tenant's audit log: each leaf is made again from its entry, each signed head from the leaves; what is missing must be
/// covered by a recorded deletion, and what is there must be in the log or carry the service's seal.
/// </summary>
public sealed class AuditVerification(AkashiDatabase database, AuditLog audit)
{
    private const int PageSize = 2000;

    // One statement, so that a server at work meanwhile cannot blur the picture.
    private const string Sizes = """
        SELECT coalesce((SELECT size FROM platform.audit_head WHERE tenant_id = @tenant), 0) AS head,
               coalesce((SELECT max(size) FROM platform.audit_signed_head WHERE tenant_id = @tenant), 0) AS signed,
               coalesce((SELECT max(leaf_index) + 1 FROM platform.audit_leaf WHERE tenant_id = @tenant), 0) AS leaves
        """;

    private const string Leaves = $"""
        SELECT l.leaf_index, l.leaf_hash, {AuditRows.Columns} FROM platform.audit_leaf l
        LEFT JOIN platform.audit_entry e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
        WHERE l.tenant_id = @tenant AND l.leaf_index >= @next AND l.leaf_index < @size ORDER BY l.leaf_index LIMIT @PageSize
        """;

    // A deletion covers all leaves below its "through"; the entry that says so is itself proven by its leaf or seal.
    private const string Through = """
        SELECT coalesce(max(CASE WHEN after->>'through' ~ '^[0-9]{1,18}$' THEN (after->>'through')::bigint END), 0) FROM platform.audit_entry
        WHERE tenant_id = @tenant AND action = @DeleteAction
        """;

    private const string Unlogged = $"""
        SELECT {AuditRows.Columns}, p.seal FROM (SELECT * FROM platform.audit_entry WHERE tenant_id = @tenant AND id > @after ORDER BY id LIMIT @PageSize) e
        LEFT JOIN platform.audit_leaf l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
        LEFT JOIN platform.audit_pending p ON p.tenant_id = e.tenant_id AND p.entry_id = e.id
        WHERE l.entry_id IS NULL ORDER BY e.id
        """;

    private const string PageEnd = "SELECT id FROM platform.audit_entry WHERE tenant_id = @tenant AND id > @after ORDER BY id LIMIT 1 OFFSET @PageSize - 1";

    private const string Lost = """
        SELECT p.entry_id FROM platform.audit_pending p
        WHERE p.tenant_id = @tenant AND NOT EXISTS (SELECT 1 FROM platform.audit_entry e WHERE e.tenant_id = p.tenant_id AND e.id = p.entry_id)
        """;

    private sealed record SizesRow(long Head, long Signed, long Leaves);

    /// <param name="find">Called with each finding.</param>
    public async Task<AuditState> VerifyAsync(TenantId tenant, Action<string> find, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var sizes = await session.QuerySingleAsync<SizesRow>(Sizes, new { tenant }, cancellation);
        if (sizes.Head != sizes.Signed || sizes.Head != sizes.Leaves)
            find($"the audit log ends at {sizes.Head}, its newest signed head at {sizes.Signed}, its leaves at {sizes.Leaves}");
        var missing = await WalkLeavesAsync(session, sizes.Head, find, cancellation);
        var through = await session.QuerySingleAsync<long>(Through, new { tenant, AuditRetention.DeleteAction }, cancellation);
        foreach (var (first, last) in missing.Where(range => range.Last >= through))
            find($"audit entries {Math.Max(first, through)} to {last} are missing and no retention covers them");
        var pending = await WalkEntriesAsync(session, find, cancellation);
        foreach (var id in await session.QueryAsync<Guid>(Lost, new { tenant }, cancellation)) find($"audit entry {id:N} waits for the log but is missing");
        return new AuditState(sizes.Head, pending, missing.Sum(range => Math.Max(0, Math.Min(range.Last + 1, through) - range.First)));
    }

    /// <returns>Ranges of leaves whose entries are missing.</returns>
    private async Task<List<(long First, long Last)>> WalkLeavesAsync(TenantSession session, long size, Action<string> find, CancellationToken cancellation)
    {
        var (tenant, tree, next, missing) = (session.Tenant, new MerkleTree(), 0L, new List<(long First, long Last)>());
        while (next < size)
        {
            var page = await session.QueryAsync<AuditRow>(Leaves, new { tenant, next, size, PageSize }, cancellation);
            if (page.Count == 0) break;
            var heads = new Queue<TreeHead>(await audit.Log.ReadHeadsAsync(session, tree.Size, tree.Size + page.Count, cancellation));
            foreach (var row in page)
            {
                var index = row.LeafIndex!.Value;
                if (index != next) find($"audit leaves {next} to {index - 1} are missing");
                next = index + 1;
                var stored = new Crypto.Sha256(row.LeafHash);
                if (row.Id == Guid.Empty) Extend(missing, index);
                else if (MerkleTree.LeafHash(row.ToRecord().ToLeaf(tenant)) != stored) find($"audit entry {index} ({row.Id:N}) was changed");
                tree.Append(stored);
                while (heads.TryPeek(out var head) && head.Size == tree.Size)
                {
                    if (audit.Log.FaultOf(tenant, tree, heads.Dequeue()) is { } fault) find(fault);
                }
            }
        }
        return missing;
    }

    /// <returns>How many entries wait for the log, as they may.</returns>
    private async Task<long> WalkEntriesAsync(TenantSession session, Action<string> find, CancellationToken cancellation)
    {
        var (tenant, pending) = (session.Tenant, 0L);
        Guid? after = Guid.Empty;
        while (after is not null)
        {
            var end = await session.QueryFirstOrDefaultAsync<Guid?>(PageEnd, new { tenant, after, PageSize }, cancellation);
            foreach (var row in await session.QueryAsync<AuditRow>(Unlogged, new { tenant, after, PageSize }, cancellation))
            {
                if (row.Seal is null) find($"audit entry {row.Id:N} was inserted past the log");
                else if (!CryptographicOperations.FixedTimeEquals(audit.SealOf(tenant, row.ToRecord().ToLeaf(tenant)), row.Seal)) find($"audit entry {row.Id:N} waits for the log but was not written so by the service");
                else pending++;
            }
            after = end;
        }
        return pending;
    }

    private static void Extend(List<(long First, long Last)> ranges, long index)
    {
        if (ranges.Count > 0 && ranges[^1].Last == index - 1) ranges[^1] = (ranges[^1].First, index);
        else ranges.Add((index, index));
    }
}
