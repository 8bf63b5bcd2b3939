using Akashi.Platform.Calendar;
using Akashi.Platform.Retention;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Index;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.ClickHouse;

/// <param name="Load">0 when it has no lines.</param>
internal sealed record WrittenLoad(long Load, int Keep, IReadOnlyList<LoadedDay> Days);

/// <summary>Writes lines as one load, which does not count before it is published.</summary>
internal sealed class LoadWriter(LoadBook book, ClickHouseServer server, ClickHouseSchema schema, RetentionBook retention)
{
    /// <summary>Well within the cleaner's grace: what is taken for dead must not come to life.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    /// <summary>Newer servers refuse rows of more than 100 partitions at once.</summary>
    private const int DaysAtOnce = 50;

    /// <summary>A log of nothing but line feeds has a line a byte, and each is a row.</summary>
    private const int BytesAtOnce = 64 << 20;

    /// <param name="only">Lines of other days are left out.</param>
    public async Task<WrittenLoad> WriteAsync(TenantId tenant, IReadOnlyList<(PendingBatch Batch, ReadOnlyMemory<byte> Log)> logs, JstDay? only, CancellationToken cancellation)
    {
        var keep = (await retention.PeriodsAsync(tenant, cancellation)).Single(period => period.Class == RetentionClass.TraceSearch).Days;
        var days = LoadPlan.DaysOf(logs, only);
        if (days.Count == 0) return new WrittenLoad(0, keep, days);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeLimit);
        var load = await book.BeginAsync(tenant, days[0].Day, days[^1].Day, limit.Token);
        var writer = new RowWriter(tenant, load, keep);
        // The rows of a part of the cluster are there when the statement ends, not some time later.
        var settings = server.Cluster.Length > 0 ? "&insert_distributed_sync=1&insert_distributed_timeout=120" : "";
        foreach (var part in days.Select(day => day.Day).Chunk(DaysAtOnce))
        {
            var rows = new ByteWriter();
            var wanted = part.ToHashSet();
            foreach (var (batch, log) in logs)
            {
                for (var (at, number) = (0, 0); at < log.Length;)
                {
                    (at, number) = Write(writer, batch, log, at, number, wanted, rows);
                    if (rows.Length >= BytesAtOnce) await InsertAsync(rows, settings, limit.Token);
                }
            }
            if (rows.Length > 0) await InsertAsync(rows, settings, limit.Token);
        }
        return new WrittenLoad(load, keep, days);
    }

    private async Task InsertAsync(ByteWriter rows, string settings, CancellationToken cancellation)
    {
        await server.InsertAsync($"INSERT INTO {schema.Table} ({RowWriter.Columns}) FORMAT RowBinary", rows.WrittenMemory, settings, cancellation);
        rows.Clear();
    }

    /// <summary>Writes lines until the log ends or the rows are enough.</summary>
    /// <param name="number">Of the line that begins there.</param>
    /// <returns>Where to go on.</returns>
    private static (int At, int Number) Write(RowWriter writer, PendingBatch batch, ReadOnlyMemory<byte> log, int at, int number, HashSet<JstDay> wanted, ByteWriter to)
    {
        var lines = new LineSplitter(log.Span[at..]);
        var next = at;
        while (to.Length < BytesAtOnce && lines.MoveNext())
        {
            writer.Write(batch.Name, batch.CollectedAt, number++, lines.Line, lines.End, wanted, to);
            next = at + lines.Start + lines.Length + lines.End.Bytes().Length;
        }
        return (next, number);
    }
}
