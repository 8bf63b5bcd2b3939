using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Merkle;
using Akashi.Platform.Tenancy;
using Npgsql;

namespace Akashi.Traces.Archive;

internal enum ManifestVerdict
{
    Added,
    /// <summary>The same batch with the same bytes is in the log already.</summary>
    AlreadyThere,
    /// <summary>The batch id is taken by other bytes.</summary>
    Differs,
}

/// <summary>
/// Adds archived batches to the tenant's Merkle log. Batches that arrive together share one transaction and one signature; a batch may
/// be acknowledged when <see cref="AppendAsync"/> has returned.
/// </summary>
internal sealed class ManifestLog
{
    private sealed record Waiting(ArchiveHeader Header, Sha256 Leaf, string ObjectKey);

    private readonly AkashiDatabase _database;
    private readonly GroupCommit<Waiting, ManifestVerdict> _queue;

    public ManifestLog(AkashiDatabase database, HeadSigner signer, TimeProvider clock)
    {
        _database = database;
        Log = new MerkleLog(TraceNames.MerkleLog, signer, clock);
        _queue = new GroupCommit<Waiting, ManifestVerdict>(CommitAsync);
    }

    /// <summary>Called with the tenant after each commit that added batches.</summary>
    public event Action<TenantId>? Added;

    public MerkleLog Log { get; }

    public Task<ManifestVerdict> AppendAsync(ArchiveHeader header, ReadOnlyMemory<byte> headerBytes, string objectKey, CancellationToken cancellation) =>
        _queue.AddAsync(header.Tenant, new Waiting(header, MerkleTree.LeafHash(headerBytes.Span), objectKey), cancellation);

    private async Task<ManifestVerdict[]> CommitAsync(TenantId tenant, IReadOnlyList<Waiting> group)
    {
        await using var session = await _database.OpenAsync(tenant);
        var tree = await Log.LockAsync(session);
        var known = await ReadKnownAsync(session, group);
        var verdicts = new ManifestVerdict[group.Count];
        var rows = new ManifestRows();
        for (var i = 0; i < group.Count; i++)
        {
            var (header, leaf, key) = group[i];
            var id = (header.Name.Tmid.ToString(), header.Name.Id.ToString());
            if (known.TryGetValue(id, out var digest))
            {
                verdicts[i] = digest == header.Digest ? ManifestVerdict.AlreadyThere : ManifestVerdict.Differs;
                continue;
            }
            known.Add(id, header.Digest);
            rows.Add(tree.Size, leaf, header, key);
            tree.Append(leaf);
        }
        if (rows.Count == 0) return verdicts;
        await WriteAsync(session, rows, tree);
        await session.CommitAsync();
        Added?.Invoke(tenant);
        return verdicts;
    }

    private static async Task<Dictionary<(string Tmid, string Id), Sha256>> ReadKnownAsync(TenantSession session, IReadOnlyList<Waiting> group)
    {
        // Looked up one by one: a join is planned while the table is small, and would read all of it ever after.
        const string sql = """
            SELECT asked.tmid, asked.batch_id, b.digest FROM unnest(@tmids, @ids) AS asked (tmid, batch_id)
            CROSS JOIN LATERAL (SELECT digest FROM traces.batch WHERE tenant_id = @tenant AND tmid = asked.tmid AND batch_id = asked.batch_id LIMIT 1) b
            """;
        var rows = await session.QueryAsync<(string Tmid, string Id, byte[] Digest)>(sql, new
        {
            tenant = session.Tenant,
            tmids = group.Select(waiting => waiting.Header.Name.Tmid.ToString()).ToArray(),
            ids = group.Select(waiting => waiting.Header.Name.Id.ToString()).ToArray(),
        });
        var known = new Dictionary<(string, string), Sha256>();
        foreach (var row in rows) known[(row.Tmid, row.Id)] = new Sha256(row.Digest);
        return known;
    }

    private async Task WriteAsync(TenantSession session, ManifestRows rows, MerkleTree tree)
    {
        await using var batch = new NpgsqlBatch(session.Connection);
        batch.BatchCommands.Add(rows.ToInsert(session.Tenant));
        batch.BatchCommands.Add(MerkleLog.Command(
            "INSERT INTO traces.pending_batch (tenant_id, leaf_index) SELECT $1, leaf FROM unnest($2) AS leaf",
            session.Tenant.Value, rows.Indexes));
        Log.Seal(session.Tenant, tree, batch);
        await batch.ExecuteNonQueryAsync();
    }
}
