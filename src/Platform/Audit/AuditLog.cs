using System.Security.Cryptography;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Merkle;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;
using Npgsql;

namespace Akashi.Platform.Audit;

/// <summary>
/// Who did what, when and from where: append-only, one Merkle log a tenant. Every privileged act writes an entry, best in its own
/// transaction: neither without the other.
/// </summary>
public sealed class AuditLog
{
    internal const string Queue = "audit";
    private const string SealPurpose = "audit-entry";

    private readonly AkashiDatabase _database;
    private readonly WorkSignals _signals;
    private readonly KeyStore _keys;
    private readonly TimeProvider _clock;
    private readonly GroupCommit<AuditRecord, bool> _queue;

    public AuditLog(AkashiDatabase database, HeadSigner signer, KeyStore keys, WorkSignals signals, TimeProvider clock)
    {
        (_database, _keys, _signals, _clock) = (database, keys, signals, clock);
        Log = new MerkleLog(new MerkleLogTables(AuditExportFormat.LogName, "platform.audit_head", "platform.audit_signed_head", "entries"), signer, clock);
        _queue = new GroupCommit<AuditRecord, bool>(CommitAsync);
    }

    internal MerkleLog Log { get; }

    /// <summary>Writes in the transaction of the act itself. The entry is visible with it, and in the Merkle log a moment later.</summary>
    public async Task WriteAsync(TenantSession session, AuditActor actor, AuditEntry entry, CancellationToken cancellation)
    {
        var record = AuditRecord.Create(actor, entry, _clock.GetUtcNow());
        await using (var batch = new NpgsqlBatch(session.Connection))
        {
            batch.BatchCommands.Add(AuditRows.ToInsert(session.Tenant, [record]));
            batch.BatchCommands.Add(MerkleLog.Command(
                "INSERT INTO platform.audit_pending (tenant_id, entry_id, seal) VALUES ($1, $2, $3)",
                session.Tenant.Value, record.Id, SealOf(session.Tenant, record.ToLeaf(session.Tenant))));
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        await _signals.RaiseAsync(session, Queue, cancellation: cancellation);
    }

    /// <summary>
    /// Writes an entry by itself, for acts without a transaction of their own. It is durable and in the Merkle log when this returns;
    /// writers that wait at the same time share one transaction. Call it before the act, so that a crash in between leaves an entry without
    /// an act and never an act without an entry; for the same reason a caller who goes away does not cancel it.
    /// </summary>
    public Task WriteAsync(TenantId tenant, AuditActor actor, AuditEntry entry) =>
        _queue.AddAsync(tenant, AuditRecord.Create(actor, entry, _clock.GetUtcNow()), CancellationToken.None);

    /// <summary>Proves that this service wrote the entry, while it is not yet covered by a signed head. The log key survives the end of the contract, as the log does.</summary>
    internal byte[] SealOf(TenantId tenant, ReadOnlySpan<byte> leaf) => HMACSHA256.HashData(_keys.DeriveKey(tenant, TenantKeyKind.Log, SealPurpose, []), leaf);

    private async Task<bool[]> CommitAsync(TenantId tenant, IReadOnlyList<AuditRecord> records)
    {
        await using var session = await _database.OpenAsync(tenant);
        var tree = await Log.LockAsync(session);
        await using var batch = new NpgsqlBatch(session.Connection);
        batch.BatchCommands.Add(AuditRows.ToInsert(tenant, records));
        AddLeaves(tenant, tree, [.. records.Select(record => (record.Id, MerkleTree.LeafHash(record.ToLeaf(tenant))))], batch);
        await batch.ExecuteNonQueryAsync();
        await session.CommitAsync();
        return new bool[records.Count];
    }

    internal void AddLeaves(TenantId tenant, MerkleTree tree, IReadOnlyList<(Guid Id, Sha256 Hash)> leaves, NpgsqlBatch batch)
    {
        batch.BatchCommands.Add(AuditRows.ToInsertLeaves(tenant, tree.Size, [.. leaves.Select(leaf => leaf.Id)], [.. leaves.Select(leaf => leaf.Hash.ToArray())]));
        foreach (var (_, hash) in leaves) tree.Append(hash);
        Log.Seal(tenant, tree, batch);
    }
}
