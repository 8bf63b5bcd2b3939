using System.Collections.Concurrent;
using System.Threading.Channels;
using Akashi.Agent.Protocol;
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
/// Adds archived batches to the tenant's Merkle log. Batches that arrive together share one transaction, one signature and one
/// fsync of PostgreSQL (group commit); a batch may be acknowledged when <see cref="AppendAsync"/> has returned.
/// </summary>
internal sealed class ManifestLog(AkashiDatabase database, HeadSigner signer, TimeProvider clock)
{
    private const int MaximumGroup = 256;
    private const int MaximumWaiting = 4096;

    private sealed record Waiting(ArchiveHeader Header, Sha256 Leaf, string ObjectKey)
    {
        public TaskCompletionSource<ManifestVerdict> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private readonly ConcurrentDictionary<TenantId, Lazy<Channel<Waiting>>> _queues = new();

    /// <summary>Called with the tenant after each commit that added batches.</summary>
    public event Action<TenantId>? Added;

    public async Task<ManifestVerdict> AppendAsync(ArchiveHeader header, ReadOnlyMemory<byte> headerBytes, string objectKey, CancellationToken cancellation)
    {
        var queue = _queues.GetOrAdd(header.Tenant, tenant => new Lazy<Channel<Waiting>>(() => StartQueue(tenant))).Value;
        var waiting = new Waiting(header, MerkleTree.LeafHash(headerBytes.Span), objectKey);
        await queue.Writer.WriteAsync(waiting, cancellation);
        // Not cancelled from here on: the commit may happen, and its outcome must be known.
        return await waiting.Done.Task;
    }

    private Channel<Waiting> StartQueue(TenantId tenant)
    {
        var queue = Channel.CreateBounded<Waiting>(MaximumWaiting);
        _ = Task.Run(() => CommitGroupsAsync(tenant, queue.Reader));
        return queue;
    }

    private async Task CommitGroupsAsync(TenantId tenant, ChannelReader<Waiting> queue)
    {
        var group = new List<Waiting>();
        while (await queue.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < MaximumGroup && queue.TryRead(out var waiting)) group.Add(waiting);
            try
            {
                var verdicts = await CommitAsync(tenant, group);
                if (verdicts.Contains(ManifestVerdict.Added)) Added?.Invoke(tenant);
                for (var i = 0; i < group.Count; i++) group[i].Done.SetResult(verdicts[i]);
            }
            catch (Exception e)
            {
                // Each sender learns of it and keeps its batch; the queue goes on with the next group.
                foreach (var waiting in group) waiting.Done.TrySetException(e);
            }
        }
    }

    private async Task<ManifestVerdict[]> CommitAsync(TenantId tenant, List<Waiting> group)
    {
        await using var session = await database.OpenAsync(tenant);
        var tree = await ReadHeadAsync(session);
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
        return verdicts;
    }

    private static async Task<MerkleTree> ReadHeadAsync(TenantSession session)
    {
        const string sql = "SELECT size, peaks FROM traces.log_head WHERE tenant_id = @tenant FOR UPDATE";
        var head = await session.QueryFirstOrDefaultAsync<(long Size, byte[] Peaks)?>(sql, new { tenant = session.Tenant });
        if (head is null)
        {
            await session.ExecuteAsync("INSERT INTO traces.log_head (tenant_id, size, peaks) VALUES (@tenant, 0, '') ON CONFLICT DO NOTHING", new { tenant = session.Tenant });
            head = await session.QuerySingleAsync<(long, byte[])>(sql, new { tenant = session.Tenant });
        }
        return new MerkleTree(head.Value.Size, head.Value.Peaks.Chunk(Sha256.Size));
    }

    private static async Task<Dictionary<(string Tmid, string Id), Sha256>> ReadKnownAsync(TenantSession session, List<Waiting> group)
    {
        const string sql = """
            SELECT b.tmid, b.batch_id, b.digest FROM unnest(@tmids, @ids) AS asked (tmid, batch_id)
            JOIN traces.batch b ON b.tenant_id = @tenant AND b.tmid = asked.tmid AND b.batch_id = asked.batch_id
            """;
        var rows = await session.QueryAsync<(string Tmid, string Id, byte[] Digest)>(sql, new
        {
            tenant = session.Tenant,
            tmids = group.ConvertAll(waiting => waiting.Header.Name.Tmid.ToString()).ToArray(),
            ids = group.ConvertAll(waiting => waiting.Header.Name.Id.ToString()).ToArray(),
        });
        var known = new Dictionary<(string, string), Sha256>();
        foreach (var row in rows) known[(row.Tmid, row.Id)] = new Sha256(row.Digest);
        return known;
    }

    private async Task WriteAsync(TenantSession session, ManifestRows rows, MerkleTree tree)
    {
        var head = signer.Sign(session.Tenant, TraceNames.MerkleLog, tree, clock.GetUtcNow());
        await using var batch = new NpgsqlBatch(session.Connection);
        batch.BatchCommands.Add(rows.ToInsert(session.Tenant));
        batch.BatchCommands.Add(Command(
            "INSERT INTO traces.pending_batch (tenant_id, leaf_index) SELECT $1, leaf FROM unnest($2) AS leaf",
            session.Tenant.Value, rows.Indexes));
        batch.BatchCommands.Add(Command(
            "UPDATE traces.log_head SET size = $2, peaks = $3 WHERE tenant_id = $1",
            session.Tenant.Value, tree.Size, tree.Peaks.SelectMany(peak => peak).ToArray()));
        batch.BatchCommands.Add(Command(
            "INSERT INTO traces.signed_head (tenant_id, size, root, signed_at, signature) VALUES ($1, $2, $3, $4, $5)",
            session.Tenant.Value, head.Size, head.Root.ToArray(), head.SignedAt.UtcDateTime, head.Signature));
        await batch.ExecuteNonQueryAsync();
    }

    internal static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
