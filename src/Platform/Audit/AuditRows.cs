using Akashi.Platform.Merkle;
using Akashi.Platform.Tenancy;
using Npgsql;

namespace Akashi.Platform.Audit;

/// <summary>Rows of <c>platform.audit_entry</c>: written as column arrays, so that a group of any size is one statement, and read back.</summary>
internal static class AuditRows
{
    public const string Columns = "e.id, e.at, e.actor_kind, e.actor, e.actor_name, e.operator_tenant, e.address, e.action, e.target, e.before::text AS before, e.after::text AS after";

    private const string InsertEntries = """
        INSERT INTO platform.audit_entry (tenant_id, id, at, actor_kind, actor, actor_name, actor_key, operator_tenant, address, action, target, target_key, before, after)
        SELECT $1, e.id, e.at, e.actor_kind, e.actor, e.actor_name, e.actor_key, e.operator_tenant, e.address, e.action, e.target, e.target_key, e.before::json, e.after::json
        FROM unnest($2, $3, $4, $5, $6, $7, $8::uuid[], $9, $10, $11, $12, $13::text[], $14::text[])
          AS e (id, at, actor_kind, actor, actor_name, actor_key, operator_tenant, address, action, target, target_key, before, after)
        """;

    private const string InsertLeaves = """
        INSERT INTO platform.audit_leaf (tenant_id, leaf_index, entry_id, leaf_hash)
        SELECT $1, $2 + l.number - 1, l.entry_id, l.leaf_hash FROM unnest($3, $4) WITH ORDINALITY AS l (entry_id, leaf_hash, number)
        """;

    public static NpgsqlBatchCommand ToInsert(TenantId tenant, IReadOnlyList<AuditRecord> records) => MerkleLog.Command(
        InsertEntries,
        tenant.Value,
        Column(records, record => record.Id),
        Column(records, record => record.At.UtcDateTime),
        Column(records, record => record.ActorKind),
        Column(records, record => record.Actor),
        Column(records, record => record.ActorName),
        Column(records, record => AuditText.Fold($"{record.ActorName} {record.Actor}")),
        Column(records, record => record.OperatorTenant?.Value),
        Column(records, record => record.Address),
        Column(records, record => record.Action),
        Column(records, record => record.Target),
        Column(records, record => AuditText.Fold(record.Target)),
        Column(records, record => record.Before),
        Column(records, record => record.After));

    /// <param name="first">Index of the first leaf.</param>
    public static NpgsqlBatchCommand ToInsertLeaves(TenantId tenant, long first, Guid[] entries, byte[][] hashes) => MerkleLog.Command(InsertLeaves, tenant.Value, first, entries, hashes);

    private static T[] Column<T>(IReadOnlyList<AuditRecord> records, Func<AuditRecord, T> value) => [.. records.Select(value)];
}

/// <summary>An entry as Dapper reads it, with its leaf where it has one.</summary>
internal sealed class AuditRow
{
    public Guid Id { get; init; }
    public DateTime At { get; init; }
    public string ActorKind { get; init; } = "";
    public string Actor { get; init; } = "";
    public string ActorName { get; init; } = "";
    public Guid? OperatorTenant { get; init; }
    public string Address { get; init; } = "";
    public string Action { get; init; } = "";
    public string Target { get; init; } = "";
    public string? Before { get; init; }
    public string? After { get; init; }
    public long? LeafIndex { get; init; }
    public byte[]? LeafHash { get; init; }
    public byte[]? Seal { get; init; }

    public AuditRecord ToRecord() => new(
        Id, new DateTimeOffset(DateTime.SpecifyKind(At, DateTimeKind.Utc)), ActorKind, Actor, ActorName,
        OperatorTenant is { } tenant ? new TenantId(tenant) : null, Address, Action, Target, Before, After);
}
