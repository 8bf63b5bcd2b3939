using System.Text;
using System.Text.Json;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Merkle;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Audit;

/// <summary>What an export will hold: fixed before its first byte is sent, so that a refusal can still be one.</summary>
/// <param name="Leaves">Indexes of the leaves, in the order of the log.</param>
public sealed record AuditExportPlan(TenantId Tenant, TreeHead Head, IReadOnlyList<long> Leaves);

/// <summary>Writes entries with the proofs that they are in the signed log; see <see cref="AuditExportFormat"/>.</summary>
public sealed class AuditExport(AkashiDatabase database, AuditLog audit, HeadSigner signer)
{
    public const int MaximumEntries = 100_000;
    private const int BlockSize = 256; // leaves in a perfect subtree; the tree above these is held in memory
    private const int PageSize = 64 * BlockSize;

    private const string Chosen = $"""
        SELECT l.leaf_index FROM platform.audit_entry e JOIN platform.audit_leaf l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
        WHERE {AuditSearch.Conditions} AND l.leaf_index < @size ORDER BY e.at DESC, e.id DESC LIMIT @limit
        """;

    private const string Entries = $"""
        SELECT l.leaf_index, {AuditRows.Columns} FROM platform.audit_leaf l JOIN platform.audit_entry e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
        WHERE l.tenant_id = @tenant AND l.leaf_index = ANY(@indexes) ORDER BY l.leaf_index
        """;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>Fingerprint of the key that signs the heads, to compare with that of an export.</summary>
    public string KeyFingerprint => AuditExportFile.FingerprintOf(signer.PublicKeyPem);

    public async Task<Outcome<AuditExportPlan>> PlanAsync(TenantId tenant, AuditFilter filter, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        if (await audit.Log.ReadNewestHeadAsync(session, cancellation) is not { } head) return new AuditExportEmpty();
        var parameters = AuditSearch.ParametersOf(tenant, filter, new { size = head.Size, limit = MaximumEntries + 1 });
        if (await AuditSearch.QueryAsync<long>(session, Chosen, parameters, cancellation) is not { } leaves) return new AuditSearchTooBroad(AuditSearch.LongestSeconds);
        if (leaves.Count == 0) return new AuditExportEmpty();
        if (leaves.Count > MaximumEntries) return new AuditExportTooLarge(MaximumEntries);
        return new AuditExportPlan(tenant, head, [.. leaves.Order()]);
    }

    /// <summary>Holds no connection while it writes: whoever reads slowly takes none from the others. The log only grows, so blocks read one by one fit together.</summary>
    public async Task WriteAsync(AuditExportPlan plan, Stream output, CancellationToken cancellation)
    {
        var upper = new MerkleLevels(await BlockRootsAsync(plan, cancellation));
        if (upper.Root != plan.Head.Root) throw new InvalidOperationException($"The audit log of tenant {plan.Tenant} does not hash to its signed head of size {plan.Head.Size}. Run akashi verify.");
        await using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        var header = new AuditExportHeader(
            AuditExportFormat.Name, AuditExportFormat.Version, plan.Tenant.ToString(), AuditExportFormat.LogName, plan.Leaves.Count,
            plan.Head.Size, plan.Head.Root.ToString(), plan.Head.SignedAt, plan.Head.Signature, signer.PublicKeyPem);
        await writer.WriteLineAsync(JsonSerializer.Serialize(header, Format));
        foreach (var block in plan.Leaves.GroupBy(leaf => leaf / BlockSize))
        {
            var (lower, rows) = await ReadBlockAsync(plan, block.Key, [.. block], cancellation);
            foreach (var row in rows)
            {
                var proof = lower.PathOf((int)(row.LeafIndex!.Value % BlockSize)).Concat(upper.PathOf((int)block.Key)).Select(hash => $"\"{hash}\"");
                await writer.WriteLineAsync($$"""{"index":{{row.LeafIndex}},"proof":[{{string.Join(',', proof)}}],"entry":{{Encoding.UTF8.GetString(row.ToRecord().ToLeaf(plan.Tenant))}}}""");
            }
        }
    }

    private async Task<(MerkleLevels Lower, IReadOnlyList<AuditRow> Rows)> ReadBlockAsync(AuditExportPlan plan, long block, long[] indexes, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(plan.Tenant, cancellation);
        var lower = new MerkleLevels(await HashesAsync(session, block * BlockSize, Math.Min(plan.Head.Size, (block + 1) * BlockSize), cancellation));
        return (lower, await session.QueryAsync<AuditRow>(Entries, new { tenant = plan.Tenant, indexes }, cancellation));
    }

    private async Task<Sha256[]> BlockRootsAsync(AuditExportPlan plan, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(plan.Tenant, cancellation);
        var size = plan.Head.Size;
        var roots = new List<Sha256>();
        for (var from = 0L; from < size; from += PageSize)
        {
            foreach (var block in (await HashesAsync(session, from, Math.Min(size, from + PageSize), cancellation)).Chunk(BlockSize))
                roots.Add(MerkleProofs.Root(block));
        }
        return [.. roots];
    }

    /// <exception cref="InvalidOperationException">Leaves are missing.</exception>
    private static async Task<Sha256[]> HashesAsync(TenantSession session, long from, long to, CancellationToken cancellation)
    {
        var hashes = await session.QueryAsync<byte[]>(
            "SELECT leaf_hash FROM platform.audit_leaf WHERE tenant_id = @tenant AND leaf_index >= @from AND leaf_index < @to ORDER BY leaf_index",
            new { tenant = session.Tenant, from, to }, cancellation);
        if (hashes.Count != to - from) throw new InvalidOperationException($"The audit log of tenant {session.Tenant} has {hashes.Count} leaves between {from} and {to}. Run akashi verify.");
        return [.. hashes.Select(hash => new Sha256(hash))];
    }
}
