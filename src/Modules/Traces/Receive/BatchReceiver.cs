using System.Buffers;
using Akashi.Agent.Protocol;
using Akashi.Platform.Crypto;
using Akashi.Platform.Errors;
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
internal sealed class BatchReceiver(BatchArchive archive, ManifestLog manifests, ReceiveBudget budget, RecentLogs recent, BatchMetrics metrics, TimeProvider clock)
{
    /// <param name="source"><see cref="TraceNames.SourceAgent"/> or <see cref="TraceNames.SourceImport"/>.</param>
    /// <param name="beforeStoring">Runs on the unpacked log of a sound batch, before anything is stored.</param>
    public async Task<Outcome<BatchReceipt>> ReceiveAsync(
        TenantId tenant, BatchName name, string source, HttpRequest request, Func<ReadOnlyMemory<byte>, Task>? beforeStoring, CancellationToken cancellation)
    {
        if (request.ContentLength is not { } length) return new LengthMissing();
        if (length > BatchZip.MaximumZipBytes) return new BatchTooLarge(length, BatchZip.MaximumZipBytes);
        using var share = budget.TryTake(length);
        if (share is null) return new ReceiveBusy();
        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var zip = buffer.AsMemory(0, (int)length);
            var arrived = await request.Body.ReadAtLeastAsync(zip, zip.Length, throwOnEndOfStream: false, cancellation);
            if (arrived < length) return new BatchCutShort(arrived, length);
            if (!BatchZip.ReadSize(zip.Span, name).TryGet(out var size, out var failure)) return failure;
            if (!share.TryGrow(size)) return new ReceiveBusy();
            if (!BatchZip.ReadLog(zip, name).TryGet(out var log, out failure)) return failure;
            if (beforeStoring is not null) await beforeStoring(log);
            return await StoreAsync(tenant, name, source, zip, log, cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<Outcome<BatchReceipt>> StoreAsync(TenantId tenant, BatchName name, string source, ReadOnlyMemory<byte> zip, byte[] log, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var lines = CountLines(log);
        var collected = source == TraceNames.SourceImport ? name.SendTime : now;
        var header = new ArchiveHeader(tenant, name, Sha256.Of(zip.Span), zip.Length, log.Length, lines, source, now, collected);
        var headerBytes = header.ToBytes();
        var key = await archive.StoreAsync(header, headerBytes, zip, cancellation);
        recent.Keep(key.ToString(), log); // before the indexer can ask for it
        var added = false;
        try
        {
            var verdict = await manifests.AppendAsync(header, headerBytes, key.ToString(), cancellation);
            added = verdict == ManifestVerdict.Added;
            if (added)
            {
                metrics.Stored(source, zip.Length, lines);
                return new BatchReceipt(lines, Stored: true);
            }
            await archive.DeleteAsync(key, CancellationToken.None);
            return verdict == ManifestVerdict.AlreadyThere ? new BatchReceipt(lines, Stored: false) : new BatchDiffers(name.Id.ToString());
        }
        finally
        {
            if (!added) recent.Take(key.ToString());
        }
    }

    private static long CountLines(ReadOnlySpan<byte> log)
    {
        long lines = log.Count((byte)'\n');
        return log.Length > 0 && log[^1] != '\n' ? lines + 1 : lines;
    }
}
