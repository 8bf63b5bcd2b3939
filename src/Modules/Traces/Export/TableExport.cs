using Akashi.Portal.Contracts;
using Akashi.Traces.Pages;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Export;

/// <summary>Writes traces as a table that spreadsheets open.</summary>
internal static class TableExport
{
    public static async Task<long> WriteAsync(IAsyncEnumerable<IReadOnlyList<FoundTrace>> rows, IReadOnlyList<TableColumn> columns, Stream output, CancellationToken cancellation)
    {
        var count = 0L;
        Csv? csv = null; // not before there is an answer at all
        await foreach (var traces in rows.WithCancellation(cancellation))
        {
            csv ??= await BeginAsync();
            foreach (var trace in traces)
            {
                var row = TraceRow.Of(trace);
                var summary = TraceSummary.Of(row);
                await csv.WriteAsync([.. columns.Select(column => column.Of(row, summary))]);
            }
            count += traces.Count;
        }
        csv ??= await BeginAsync();
        await csv.DisposeAsync(); // writes the rest; not after a fault, when the rest would look like an end
        return count;

        async Task<Csv> BeginAsync()
        {
            var begun = new Csv(output);
            await begun.WriteAsync([.. columns.Select(column => column.Title)]);
            return begun;
        }
    }
}
