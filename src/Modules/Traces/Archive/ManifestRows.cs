using Akashi.Platform.Crypto;
using Akashi.Platform.Merkle;
using Akashi.Platform.Tenancy;
using Npgsql;

namespace Akashi.Traces.Archive;

/// <summary>Rows of <c>traces.batch</c> as column arrays, so that a group of any size is one statement.</summary>
internal sealed class ManifestRows
{
    private const string Insert = """
        INSERT INTO traces.batch (tenant_id, leaf_index, leaf_hash, tmid, batch_id, file_name, digest, zip_bytes, log_bytes, lines,
                                  source, received_at, collected_at, collection_day, object_key)
        SELECT $1, row.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) AS row
        """;

    private readonly List<long> _indexes = [];
    private readonly List<byte[]> _leaves = [];
    private readonly List<(ArchiveHeader Header, string Key)> _batches = [];

    public int Count => _indexes.Count;

    public long[] Indexes => [.. _indexes];

    public void Add(long index, Sha256 leaf, ArchiveHeader header, string objectKey)
    {
        _indexes.Add(index);
        _leaves.Add(leaf.ToArray());
        _batches.Add((header, objectKey));
    }

    public NpgsqlBatchCommand ToInsert(TenantId tenant) => MerkleLog.Command(
        Insert,
        tenant.Value,
        Indexes,
        _leaves.ToArray(),
        Column(batch => batch.Header.Name.Tmid.ToString()),
        Column(batch => batch.Header.Name.Id.ToString()),
        Column(batch => batch.Header.Name.FileName),
        Column(batch => batch.Header.Digest.ToArray()),
        Column(batch => batch.Header.ZipBytes),
        Column(batch => batch.Header.LogBytes),
        Column(batch => batch.Header.Lines),
        Column(batch => batch.Header.Source),
        Column(batch => batch.Header.ReceivedAt.UtcDateTime),
        Column(batch => batch.Header.CollectedAt.UtcDateTime),
        Column(batch => batch.Header.CollectionDay.Date),
        Column(batch => batch.Key));

    private T[] Column<T>(Func<(ArchiveHeader Header, string Key), T> value) => [.. _batches.Select(value)];
}
