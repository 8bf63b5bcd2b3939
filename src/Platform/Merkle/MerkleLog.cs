using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Npgsql;

namespace Akashi.Platform.Merkle;

/// <summary>
/// A Merkle log a tenant: the growing end of the tree and the signed heads, in two tables of its owner. The leaves are the owner's.
/// In one transaction: <see cref="LockAsync"/>, append to the tree and write what the leaves stand for, then <see cref="Seal"/>.
/// </summary>
public sealed class MerkleLog(MerkleLogTables tables, HeadSigner signer, TimeProvider clock)
{
    // The table names are constants of the owning module.
    private readonly string _lock = $"SELECT size, peaks FROM {tables.Head} WHERE tenant_id = @tenant FOR UPDATE";
    private readonly string _begin = $"INSERT INTO {tables.Head} (tenant_id, size, peaks) VALUES (@tenant, 0, '') ON CONFLICT DO NOTHING";
    private readonly string _grow = $"UPDATE {tables.Head} SET size = $2, peaks = $3 WHERE tenant_id = $1";
    private readonly string _sign = $"INSERT INTO {tables.SignedHead} (tenant_id, size, root, signed_at, signature) VALUES ($1, $2, $3, $4, $5)";
    private readonly string _heads = $"SELECT size, root, signed_at, signature FROM {tables.SignedHead} WHERE tenant_id = @tenant AND size > @from AND size <= @to ORDER BY size";
    private readonly string _newest = $"SELECT size, root, signed_at, signature FROM {tables.SignedHead} WHERE tenant_id = @tenant ORDER BY size DESC LIMIT 1";

    /// <summary>The tree as it stands; appends of other transactions and nodes wait until this transaction ends.</summary>
    public async Task<MerkleTree> LockAsync(TenantSession session)
    {
        var head = await session.QueryFirstOrDefaultAsync<(long Size, byte[] Peaks)?>(_lock, new { tenant = session.Tenant });
        if (head is null)
        {
            await session.ExecuteAsync(_begin, new { tenant = session.Tenant });
            head = await session.QuerySingleAsync<(long, byte[])>(_lock, new { tenant = session.Tenant });
        }
        return new MerkleTree(head.Value.Size, head.Value.Peaks.Chunk(Sha256.Size));
    }

    /// <summary>Signs the grown tree and writes its new end; to be sent with the rows that its leaves stand for.</summary>
    public void Seal(TenantId tenant, MerkleTree tree, NpgsqlBatch batch)
    {
        var head = signer.Sign(tenant, tables.Log, tree, clock.GetUtcNow());
        batch.BatchCommands.Add(Command(_grow, tenant.Value, tree.Size, tree.Peaks.SelectMany(peak => peak).ToArray()));
        batch.BatchCommands.Add(Command(_sign, tenant.Value, head.Size, head.Root.ToArray(), head.SignedAt.UtcDateTime, head.Signature));
    }

    /// <summary>Every head ever signed of more than one and at most the other size, smallest first.</summary>
    public async Task<IReadOnlyList<TreeHead>> ReadHeadsAsync(TenantSession session, long from, long to, CancellationToken cancellation) =>
        [.. (await session.QueryAsync<HeadRow>(_heads, new { tenant = session.Tenant, from, to }, cancellation)).Select(row => row.ToHead())];

    public async Task<TreeHead?> ReadNewestHeadAsync(TenantSession session, CancellationToken cancellation) =>
        (await session.QueryFirstOrDefaultAsync<HeadRow>(_newest, new { tenant = session.Tenant }, cancellation))?.ToHead();

    /// <summary>What is wrong with a head beside the tree of the same size, or null.</summary>
    public string? FaultOf(TenantId tenant, MerkleTree tree, TreeHead head)
    {
        if (!signer.Verify(tenant, tables.Log, head)) return $"the tree head of size {head.Size} has a wrong signature";
        return tree.Root() == head.Root ? null : $"the tree head of size {head.Size} does not fit the {tables.Leaves}";
    }

    public static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private sealed record HeadRow(long Size, byte[] Root, DateTime SignedAt, byte[] Signature)
    {
        public TreeHead ToHead() => new(Size, new Sha256(Root), new DateTimeOffset(DateTime.SpecifyKind(SignedAt, DateTimeKind.Utc)), Signature);
    }
}

/// <param name="Log">Name of the log in signatures, for example <c>traces</c>.</param>
/// <param name="Head">Table (tenant_id, size, peaks): the growing end; its row lock serialises appends.</param>
/// <param name="SignedHead">Table (tenant_id, size, root, signed_at, signature).</param>
/// <param name="Leaves">What the leaves stand for, in findings, for example <c>batches</c>.</param>
public sealed record MerkleLogTables(string Log, string Head, string SignedHead, string Leaves);
