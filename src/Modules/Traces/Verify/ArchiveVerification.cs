using System.Security.Cryptography;
using Akashi.Identity.Contracts;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Hosting;
using Akashi.Platform.Merkle;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Archive;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Index;
using Akashi.Traces.Receive;
using Akashi.Traces.Search;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Verify;

/// <summary>
/// Proves the archive: every batch decrypts, hashes to its leaf, and the leaves to every signed tree head; every searchable batch's
/// lines are in the live segments exactly once, byte for byte.
/// </summary>
internal sealed class ArchiveVerification(
    AkashiDatabase database, TenantDirectory tenants, BatchArchive archive, ManifestLog manifests, SegmentFolder folder, ITraceStore store, ServerOptions options) : IArchiveCheck
{
    private const int PageSize = 1000;

    /// <summary>Findings of one tenant.</summary>
    private sealed class Findings(TextWriter report, TenantSummary tenant)
    {
        public int Count { get; private set; }

        public void Add(string finding)
        {
            Count++;
            report.WriteLine($"{tenant.SupportId}: {finding}");
        }
    }

    public async Task<bool> VerifyAsync(TextWriter report, CancellationToken cancellation)
    {
        var sound = true;
        foreach (var tenant in await tenants.ListAsync(cancellation))
        {
            var findings = new Findings(report, tenant);
            var present = new List<string>(); // before the state: what arrives meanwhile is not counted
            await foreach (var entry in archive.ListAsync(tenant.Id, cancellation)) present.Add(entry.Key.ToString());
            VerifiedState state;
            await using (var session = await database.OpenAsync(tenant.Id, cancellation)) state = await VerifiedState.ReadAsync(session, cancellation);
            var (expected, objects, gone) = await WalkArchiveAsync(tenant.Id, state, findings, cancellation);
            var stored = options.ClickHouse.IsSet ? await WalkStoreAsync(tenant.Id, findings, cancellation) : WalkSegments(tenant.Id, state, findings, cancellation);
            if (stored is not null)
            {
                foreach (var (key, sum) in state.Expired) stored[key] = stored.GetValueOrDefault(key).Plus(sum.Lines, sum.Sum);
                foreach (var key in gone) stored.Remove(key);
                Compare(expected, stored, findings);
            }
            var unlogged = present.Count(key => !objects.Contains(key));
            var lines = expected.Values.Sum(sum => sum.Lines);
            report.WriteLine($"{tenant.SupportId}: {state.Size} batches, {lines} searchable lines in {(options.ClickHouse.IsSet ? "ClickHouse" : $"{state.Segments.Count} segments")}, {state.Pending.Count} batches pending, {unlogged} uploads never acknowledged, {gone.Count} batches past retention, {findings.Count} findings");
            sound &= findings.Count == 0;
        }
        return sound;
    }

    private async Task<(Dictionary<(string, string), LineSum> Expected, HashSet<string> Objects, HashSet<(string, string)> Gone)> WalkArchiveAsync(TenantId tenant, VerifiedState state, Findings findings, CancellationToken cancellation)
    {
        var expected = new Dictionary<(string, string), LineSum>();
        var objects = new HashSet<string>(StringComparer.Ordinal);
        var gone = new HashSet<(string, string)>();
        await using var session = await database.OpenAsync(tenant, cancellation);
        var tree = new MerkleTree();
        while (tree.Size < state.Size)
        {
            var page = await session.QueryAsync<BatchRow>(
                "SELECT leaf_index, leaf_hash, file_name, tmid, batch_id, object_key, lines, received_at FROM traces.batch WHERE tenant_id = @tenant AND leaf_index >= @next AND leaf_index < @size ORDER BY leaf_index LIMIT @PageSize",
                new { tenant, next = tree.Size, size = state.Size, PageSize }, cancellation);
            if (page.Count == 0)
            {
                findings.Add($"the log has {state.Size} leaves but batch {tree.Size} and all after it are missing");
                break;
            }
            var heads = new Queue<TreeHead>(await manifests.Log.ReadHeadsAsync(session, tree.Size, tree.Size + page.Count, cancellation));
            foreach (var batch in page)
            {
                if (batch.LeafIndex != tree.Size) findings.Add($"batch {tree.Size} is missing before '{batch.FileName}'");
                objects.Add(batch.ObjectKey);
                if (new DateTimeOffset(DateTime.SpecifyKind(batch.ReceivedAt, DateTimeKind.Utc)) < state.Horizon) gone.Add((batch.Tmid, batch.BatchId));
                else if (await ReadBatchAsync(tenant, batch, findings, cancellation) is { } sum && !state.Pending.Contains(batch.LeafIndex)) expected[(batch.Tmid, batch.BatchId)] = sum;
                tree.Append(new Sha256(batch.LeafHash));
                while (heads.TryPeek(out var head) && head.Size == tree.Size)
                {
                    if (manifests.Log.FaultOf(tenant, tree, heads.Dequeue()) is { } fault) findings.Add(fault);
                }
            }
        }
        return (expected, objects, gone);
    }

    private async Task<LineSum?> ReadBatchAsync(TenantId tenant, BatchRow batch, Findings findings, CancellationToken cancellation)
    {
        try
        {
            var (header, headerBytes, zip) = await archive.ReadAsync(tenant, new ObjectKey(batch.ObjectKey), cancellation);
            if (MerkleTree.LeafHash(headerBytes) != new Sha256(batch.LeafHash)) findings.Add($"batch '{batch.FileName}' is not the one whose leaf is in the log");
            if (!BatchZip.ReadLog(zip, header.Name).TryGet(out var log, out var failure))
            {
                findings.Add($"batch '{batch.FileName}' cannot be unpacked: {failure.English}");
                return null;
            }
            using var held = log;
            var sum = LineSum.Of(log.Bytes.Span);
            if (sum.Lines != batch.Lines) findings.Add($"batch '{batch.FileName}' has {sum.Lines} lines, its manifest says {batch.Lines}");
            return sum;
        }
        catch (Exception e) when (e is InvalidDataException or CryptographicException or FileNotFoundException)
        {
            findings.Add($"batch '{batch.FileName}' cannot be read from '{batch.ObjectKey}': {e.Message}");
            return null;
        }
    }

    private Dictionary<(string, string), LineSum> WalkSegments(TenantId tenant, VerifiedState state, Findings findings, CancellationToken cancellation)
    {
        var stored = new Dictionary<(string, string), LineSum>();
        foreach (var segment in state.Segments)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var path = folder.PathOf(tenant, segment.FileName);
                using (var file = File.OpenRead(path))
                {
                    if (new Sha256(SHA256.HashData(file)) != segment.Digest) findings.Add($"segment '{segment.FileName}' is not the file that was published");
                }
                using var reader = SegmentReader.Open(tenant, path, segment.Id, folder.KeyOf(tenant, segment.Id));
                if (reader.Rows != segment.Rows) findings.Add($"segment '{segment.FileName}' has {reader.Rows} rows, the catalogue says {segment.Rows}");
                SegmentSums.Add(reader, stored);
            }
            catch (Exception e) when (e is SegmentDamagedException or FileNotFoundException or DirectoryNotFoundException)
            {
                findings.Add($"segment '{segment.FileName}': {e.Message}");
            }
        }
        return stored;
    }

    /// <returns>Null when the store cannot be read, which is a finding.</returns>
    private async Task<Dictionary<(string, string), LineSum>?> WalkStoreAsync(TenantId tenant, Findings findings, CancellationToken cancellation)
    {
        var stored = new Dictionary<(string, string), LineSum>();
        try
        {
            using var view = await store.OpenAsync(tenant, new TraceQuery(new AllTraces()), cancellation);
            await foreach (var traces in view.ReadAsync(cancellation))
            {
                foreach (var trace in traces)
                {
                    var key = (trace.Tmid.ToString(), trace.Batch.ToString());
                    stored[key] = stored.GetValueOrDefault(key).Add(trace.LineNumber, trace.Line, trace.End);
                }
            }
        }
        catch (TraceStoreException e)
        {
            findings.Add($"searchable traces: {e.Message}");
            return null;
        }
        return stored;
    }

    private static void Compare(Dictionary<(string Tmid, string Batch), LineSum> expected, Dictionary<(string Tmid, string Batch), LineSum> stored, Findings findings)
    {
        foreach (var (key, sum) in expected)
        {
            var found = stored.GetValueOrDefault(key);
            if (found != sum) findings.Add($"batch {key.Batch} of terminal {key.Tmid}: {sum.Lines} lines archived, {found.Lines} searchable{(found.Lines == sum.Lines ? ", but not the same" : "")}");
        }
        foreach (var key in stored.Keys.Where(key => !expected.ContainsKey(key))) findings.Add($"batch {key.Batch} of terminal {key.Tmid} is searchable but not in the archive as indexed");
    }
}
