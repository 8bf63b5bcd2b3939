using Akashi.Platform.Errors;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.Export;

/// <summary>How traces are written into a file.</summary>
/// <param name="FileName">What the browser calls it.</param>
/// <param name="WriteAsync">Writes them and returns how many there were.</param>
internal sealed record ExportFormat(string Name, string FileName, string ContentType, Func<IAsyncEnumerable<IReadOnlyList<FoundTrace>>, Stream, CancellationToken, Task<long>> WriteAsync)
{
    public const string Original = "original";
    public const string Table = "csv";
    public const string Json = "jsonl";

    /// <param name="columns">Of a table: names with commas between; null for those that the page shows.</param>
    public static Outcome<ExportFormat> Read(string? format, string? columns)
    {
        switch (string.IsNullOrEmpty(format) ? Original : format)
        {
            case Original:
                return new ExportFormat(Original, "traces.log", "application/octet-stream", LineExport.WriteAsync);
            case Json:
                return new ExportFormat(Json, "traces.jsonl", "application/jsonl; charset=utf-8", JsonExport.WriteAsync);
            case Table:
                if (!TableColumns.Read(columns).TryGet(out var chosen, out var failure)) return failure;
                return new ExportFormat(Table, "traces.csv", "text/csv; charset=utf-8", (rows, output, cancellation) => TableExport.WriteAsync(rows, chosen, output, cancellation));
            default:
                return new FieldInvalid("format", format, $"{Original}, {Table}, {Json}");
        }
    }
}
