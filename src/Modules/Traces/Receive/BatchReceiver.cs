using System.Buffers;
using Akashi.Agent.Protocol;
using Akashi.Platform.Crypto;
using Akashi.Platform.Errors;
using Akashi.Platform.Objects;
using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Archive;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Receive;

/// <param name="Lines">Lines in the batch.</param>
/// <param name="Stored">False when the same batch was there already.</param>
internal sealed record BatchReceipt(long Lines, bool Stored);

/// <summary>
/// Takes one uploaded batch: read, check, archive, log. A receipt is given only after the archived object and its manifest are
/// durable; every failure before leaves nothing that counts.
/// </summary>
internal sealed class BatchReceiver(
    BatchArchive archive, ManifestLog manifests, ReceiveBudget budget, TenantQuotas quotas, TraceQueues queues, BatchMetrics metrics, TimeProvider clock)
{
    /// <summary>A batch that was found sound, sealed for the archive.</summary>
    private sealed record Sealed(ArchiveHeader Header, byte[] HeaderBytes, byte[] Object);

    /// <param name="source"><see cref="TraceNames.SourceAgent"/> or <see cref="TraceNames.SourceImport"/>.</param>
    /// <param name="beforeStoring">Runs on a sound batch, before anything is stored.</param>
    public async Task<Outcome<BatchReceipt>> ReceiveAsync(
        TenantId tenant, BatchName name, string source, HttpRequest request, Func<ReadOnlyMemory<byte>, Task>? beforeStoring, CancellationToken cancellation)
    {
        if (request.ContentLength is not { } length) return new LengthMissing();
        if (length > BatchZip.MaximumZipBytes) return new BatchTooLarge(length, BatchZip.MaximumZipBytes);
        using var share = budget.TryTake(tenant, length);
        if (share is null) return new ReceiveBusy();
        if (await quotas.ChargeIngestAsync(tenant, length, cancellation) is { } refusal) return refusal;
        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var zip = buffer.AsMemory(0, (int)length);
            var arrived = await request.Body.ReadAtLeastAsync(zip, zip.Length, throwOnEndOfStream: false, cancellation);
            if (arrived < length) return new BatchCutShort(arrived, length);
            // Only now: a sender with a slow line holds no place that others wait for.
            if (!(await quotas.EnterAsync(tenant, QuotaKind.Ingest, queues.Processors, cancellation)).TryGet(out var place, out var failure)) return failure;
            Sealed? batch;
            using (place)
            {
                if (!Prepare(tenant, name, source, zip).TryGet(out batch, out failure)) return failure;
            }
            if (beforeStoring is not null) await beforeStoring(zip);
            return await StoreAsync(batch, source, cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Outcome<Sealed> Prepare(TenantId tenant, BatchName name, string source, ReadOnlyMemory<byte> zip)
    {
        if (!BatchZip.Check(zip, name).TryGet(out var log, out var failure)) return failure;
        var now = clock.GetUtcNow();
        var collected = source == TraceNames.SourceImport ? name.SendTime : now;
        var header = new ArchiveHeader(tenant, name, Sha256.Of(zip.Span), zip.Length, log.Bytes, log.Lines, source, now, collected);
        var headerBytes = header.ToBytes();
        return new Sealed(header, headerBytes, archive.Seal(header, headerBytes, zip.Span));
    }

    private async Task<Outcome<BatchReceipt>> StoreAsync(Sealed batch, string source, CancellationToken cancellation)
    {
        var header = batch.Header;
        if (!(await quotas.EnterAsync(header.Tenant, QuotaKind.Ingest, queues.Disk, cancellation)).TryGet(out var place, out var failure)) return failure;
        ObjectKey key;
        using (place) key = await archive.StoreAsync(header, batch.Object, cancellation);
        var verdict = await manifests.AppendAsync(header, batch.HeaderBytes, key.ToString(), cancellation);
        if (verdict == ManifestVerdict.Added)
        {
            metrics.Stored(source, header.ZipBytes, header.Lines);
            return new BatchReceipt(header.Lines, Stored: true);
        }
        await archive.DeleteAsync(key, CancellationToken.None);
        return verdict == ManifestVerdict.AlreadyThere ? new BatchReceipt(header.Lines, Stored: false) : new BatchDiffers(header.Name.Id.ToString());
    }
}
