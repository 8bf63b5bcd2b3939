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
    private const int MaximumNamed = 100;

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
    private const string Missing = """
        SELECT l.leaf_index, l.leaf_index < (SELECT coalesce(max(CASE WHEN d.after->>'through' ~ '^[0-9]{1,18}$' THEN (d.after->>'through')::bigint END), 0) FROM platform.audit_entry d WHERE d.tenant_id = @tenant AND d.action = @DeleteAction) AS covered
        FROM platform.audit_leaf l
        WHERE l.tenant_id = @tenant AND NOT EXISTS (SELECT 1 FROM platform.audit_entry e WHERE e.tenant_id = l.tenant_id AND e.id = l.entry_id)
        """;

    private const string Inserted = """
        SELECT e.id FROM platform.audit_entry e WHERE e.tenant_id = @tenant
          AND NOT EXISTS (SELECT 1 FROM platform.audit_leaf l WHERE l.tenant_id = e.tenant_id AND l.entry_id = e.id)
          AND NOT EXISTS (SELECT 1 FROM platform.audit_pending p WHERE p.tenant_id = e.tenant_id AND p.entry_id = e.id)
        """;

    private const string Pending = $"""
        SELECT {AuditRows.Columns}, p.seal FROM platform.audit_pending p
        JOIN platform.audit_entry e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id WHERE p.tenant_id = @tenant
        """;

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
        await WalkAsync(session, sizes.Head, find, cancellation);
        var missing = await session.QueryAsync<(long LeafIndex, bool Covered)>(Missing, new { tenant, AuditRetention.DeleteAction }, cancellation);
        Name(missing.Where(leaf => !leaf.Covered).Select(leaf => leaf.LeafIndex), index => $"audit entry {index} is missing and no retention covers it", find);
        Name(await session.QueryAsync<Guid>(Inserted, new { tenant }, cancellation), id => $"audit entry {id:N} was inserted past the log", find);
        Name(await session.QueryAsync<Guid>(Lost, new { tenant }, cancellation), id => $"audit entry {id:N} waits for the log but is missing", find);
        var pending = await session.QueryAsync<AuditRow>(Pending, new { tenant }, cancellation);
        Name(pending.Where(row => !CryptographicOperations.FixedTimeEquals(audit.SealOf(tenant, row.ToRecord().ToLeaf(tenant)), row.Seal)),
            row => $"audit entry {row.Id:N} waits for the log but was not written so by the service", find);
        return new AuditState(sizes.Head, pending.Count, missing.Count(leaf => leaf.Covered));
    }

    private async Task WalkAsync(TenantSession session, long size, Action<string> find, CancellationToken cancellation)
    {
        var tenant = session.Tenant;
        var heads = new Queue<TreeHead>(await audit.Log.ReadHeadsAsync(session, cancellation));
        var tree = new MerkleTree();
        var next = 0L;
        while (next < size)
        {
            var page = await session.QueryAsync<AuditRow>(Leaves, new { tenant, next, size, PageSize }, cancellation);
            if (page.Count == 0) break;
            foreach (var row in page)
            {
                if (row.LeafIndex != next) find($"audit leaves {next} to {row.LeafIndex - 1} are missing");
                next = row.LeafIndex!.Value + 1;
                var stored = new Crypto.Sha256(row.LeafHash);
                if (row.Id != Guid.Empty && MerkleTree.LeafHash(row.ToRecord().ToLeaf(tenant)) != stored) find($"audit entry {row.LeafIndex} ({row.Id:N}) was changed");
                tree.Append(stored);
                while (heads.TryPeek(out var head) && head.Size == tree.Size)
                {
                    if (audit.Log.FaultOf(tenant, tree, heads.Dequeue()) is { } fault) find(fault);
                }
            }
        }
    }

    private static void Name<T>(IEnumerable<T> all, Func<T, string> say, Action<string> find)
    {
        var count = 0;
        foreach (var one in all)
        {
            if (count++ < MaximumNamed) find(say(one));
        }
        if (count > MaximumNamed) find($"… and {count - MaximumNamed} more like the last");
    }
}
