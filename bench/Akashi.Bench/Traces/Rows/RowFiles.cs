using System.Globalization;
using System.IO.Compression;
using Akashi.Agent.Protocol;

namespace Akashi.Bench.Traces.Rows;

/// <summary>One batch as its terminal sends it.</summary>
internal sealed record ZippedBatch(BatchName Name, string File, int Lines);

/// <summary>
/// The rows ready to be sent, made before anything is measured: zipped for Akashi, parsed for its peers. Zips of all rows lie there at once; parsed
/// rows, twenty times as large, a round of at most 10 M rows at a time.
/// </summary>
internal sealed class RowFiles(TraceFactory factory, string folder, LineSample? sample)
{
    private const int RoundRows = 10_000_000;
    private const int RowsPerFile = 500_000;
    private static int Streams => Environment.ProcessorCount;

    private Task<IReadOnlyList<ZippedBatch>>? _zipped;
    private List<string>? _onlyRound;
    private int _onlyRows;

    public Task<IReadOnlyList<ZippedBatch>> ZipAsync() => _zipped ??= MakeZipsAsync();

    private async Task<IReadOnlyList<ZippedBatch>> MakeZipsAsync()
    {
        var to = Directory.CreateDirectory(Path.Combine(folder, "zips")).FullName;
        var zipped = new SortedDictionary<int, ZippedBatch>();
        await Parallel.ForEachAsync(factory.Batches().Index(), new ParallelOptions { MaxDegreeOfParallelism = Streams }, async (item, cancellation) =>
        {
            var (index, batch) = item;
            var id = BatchId.Parse(string.Create(CultureInfo.InvariantCulture, $"{KeyStream.Mix((ulong)batch.SendTime.UtcTicks):x16}{index:x16}"));
            var made = new ZippedBatch(new BatchName(batch.Tmid, batch.SendTime, id), Path.Combine(to, $"{index}.zip"), batch.Lines);
            await using (var zip = ZipFile.Open(made.File, ZipArchiveMode.Create))
            {
                await using var entry = await zip.CreateEntry(made.Name.EntryName, CompressionLevel.Optimal).OpenAsync(cancellation);
                await entry.WriteAsync(batch.Log, cancellation);
            }
            sample?.Add(batch);
            lock (zipped) zipped.Add(index, made);
        });
        return [.. zipped.Values];
    }

    /// <summary>Rounds of files with rows in the order of sending, each file one stream's; gone when the next round is asked for, unless there is one only.</summary>
    /// <param name="most">The first so many rows.</param>
    public async IAsyncEnumerable<IReadOnlyList<string>> RoundsAsync(int most = int.MaxValue)
    {
        if (_onlyRound is not null && most >= _onlyRows)
        {
            yield return _onlyRound;
            yield break;
        }
        var to = Directory.CreateDirectory(Path.Combine(folder, "rows")).FullName;
        using var batches = factory.Batches().GetEnumerator();
        var left = most;
        var isFirst = true;
        while (left > 0)
        {
            var round = new RowWriters(to, Streams, RowsPerFile);
            var rows = 0;
            await Parallel.ForEachAsync(Round(), new ParallelOptions { MaxDegreeOfParallelism = Streams }, (batch, _) =>
            {
                round.Write(batch.Log, batch.Lines);
                return ValueTask.CompletedTask;
            });
            round.Close();
            if (rows == 0) break;
            var isLast = rows < RoundRows;
            if (isFirst && isLast && most == int.MaxValue) (_onlyRound, _onlyRows) = (round.Files, rows);
            yield return round.Files;
            if (_onlyRound != round.Files) round.Files.ForEach(File.Delete);
            if (isLast) break;
            isFirst = false;

            IEnumerable<TraceBatch> Round()
            {
                while (rows < RoundRows && left > 0 && batches.MoveNext())
                {
                    rows += batches.Current.Lines;
                    left -= batches.Current.Lines;
                    yield return batches.Current;
                }
            }
        }
    }
}
