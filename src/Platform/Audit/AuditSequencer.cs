using System.Security.Cryptography;
using Akashi.Platform.Database;
using Akashi.Platform.Merkle;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Akashi.Platform.Audit;

/// <summary>Takes entries that were committed with their acts into the Merkle log, many in one transaction.</summary>
internal sealed partial class AuditSequencer(AkashiDatabase database, AuditLog audit, WorkSignals signals, TimeProvider clock, ILogger<AuditSequencer> logger)
    : SignalledWork(signals, clock, logger)
{
    private const int MaximumGroup = 1000;

    private const string Waiting = $"""
        SELECT {AuditRows.Columns}, p.seal FROM platform.audit_pending p
        JOIN platform.audit_entry e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id
        WHERE p.tenant_id = @tenant AND NOT p.refused ORDER BY p.entry_id LIMIT @MaximumGroup
        """;

    protected override string Queue => AuditLog.Queue;

    protected override async Task WorkAsync(TenantId tenant, CancellationToken cancellation)
    {
        if (await SequenceAsync(tenant, cancellation) < MaximumGroup) return;
        await using var session = await database.OpenAsync(tenant, cancellation);
        await Signals.RaiseAsync(session, Queue, cancellation: cancellation); // the next tenant has its turn
        await session.CommitAsync(cancellation);
    }

    /// <returns>How many entries were looked at.</returns>
    private async Task<int> SequenceAsync(TenantId tenant, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        // The lock comes first: two nodes, or this and the stand-alone form, take turns, and the later one sees what is left.
        var tree = await audit.Log.LockAsync(session);
        var rows = await session.QueryAsync<AuditRow>(Waiting, new { tenant, MaximumGroup }, cancellation);
        if (rows.Count == 0) return 0;
        var leaves = new List<(Guid Id, Akashi.Platform.Crypto.Sha256 Hash)>(rows.Count);
        var refused = new List<Guid>();
        foreach (var row in rows)
        {
            var leaf = row.ToRecord().ToLeaf(tenant);
            if (CryptographicOperations.FixedTimeEquals(audit.SealOf(tenant, leaf), row.Seal)) leaves.Add((row.Id, MerkleTree.LeafHash(leaf)));
            else refused.Add(row.Id);
        }
        await using var batch = new NpgsqlBatch(session.Connection);
        batch.BatchCommands.Add(MerkleLog.Command("UPDATE platform.audit_pending SET refused = true WHERE tenant_id = $1 AND entry_id = ANY($2)", tenant.Value, refused.ToArray()));
        if (leaves.Count > 0)
        {
            batch.BatchCommands.Add(MerkleLog.Command("DELETE FROM platform.audit_pending WHERE tenant_id = $1 AND entry_id = ANY($2)", tenant.Value, leaves.Select(leaf => leaf.Id).ToArray()));
            audit.AddLeaves(tenant, tree, leaves, batch);
        }
        await batch.ExecuteNonQueryAsync(cancellation);
        await session.CommitAsync(cancellation);
        foreach (var id in refused) LogForged(tenant, id);
        return rows.Count;
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Audit entry {Entry} of tenant {Tenant} was not written by this service, or was changed since; it stays out of the log.")]
    private partial void LogForged(TenantId tenant, Guid entry);
}
