using System.Collections.Concurrent;
using System.Text;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Query;

namespace Akashi.Traces.Search;

/// <summary>
/// What the newest traces hold, for completion and hints: fields, and the frequent values of a field. It is counted over a sample, the newest
/// thousand traces of the last days that have the field, so that it costs the same however much there is; and remembered for a minute. What
/// takes too long is left out: a proposal is worth no wait.
/// </summary>
internal sealed class RecentValues(TraceSearch search, TimeProvider clock)
{
    private const int Sample = TraceSearch.MaximumLimit;
    private const int MaximumValues = 200;
    private const int LongestValue = 200;
    private const int LongestWritten = 100;
    private const int MaximumRemembered = 2000;
    private static readonly TimeSpan Back = TimeSpan.FromDays(7);
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(TenantId Tenant, string Field, string Written), (long At, IReadOnlyList<string> Values)> _remembered = new();

    /// <summary>The fields of the format, then others that were seen.</summary>
    public async Task<IReadOnlyList<string>> FieldsAsync(TenantId tenant, CancellationToken cancellation)
    {
        var seen = await RememberAsync((tenant, "", ""), "*", row => row.Fields.Select(field => field.Key).Distinct(StringComparer.Ordinal), cancellation);
        return [.. KnownFields.All.Union(seen, StringComparer.Ordinal)];
    }

    /// <summary>The most frequent first.</summary>
    /// <param name="written">The beginning of a value: when no frequent one has it, rarer ones are looked for.</param>
    public async Task<IReadOnlyList<string>> ValuesAsync(TenantId tenant, string field, string written, CancellationToken cancellation)
    {
        if (field.Length == 0 || QueryText.With("*", field, "x", exclude: false) is null) return [];
        var name = new StringBuilder();
        QueryPrinter.PrintField(field, name);
        var values = await RememberAsync((tenant, field, ""), $"{name}*", Values, cancellation);
        var wanted = Folder.Fold(written);
        if (written.Length is < 2 or > LongestWritten || written.Any(char.IsControl) || values.Any(value => Folder.Fold(value).AsSpan().IndexOf(wanted) >= 0)) return values;
        var text = new StringBuilder();
        QueryPrinter.PrintQuoted(written, text);
        return await RememberAsync((tenant, field, written), $"{name}{text}*", Values, cancellation);

        IEnumerable<string> Values(TraceRow row) => row.Fields.Where(one => string.Equals(one.Key, field, StringComparison.OrdinalIgnoreCase)).Select(one => one.Value);
    }

    private async Task<IReadOnlyList<string>> RememberAsync((TenantId Tenant, string Field, string Written) key, string query, Func<TraceRow, IEnumerable<string>> of, CancellationToken cancellation)
    {
        if (_remembered.TryGetValue(key, out var known) && clock.GetElapsedTime(known.At) < Remembered) return known.Values;
        var values = await SampleAsync(key.Tenant, query, of, cancellation);
        if (_remembered.Count >= MaximumRemembered) _remembered.Clear();
        _remembered[key] = (clock.GetTimestamp(), values);
        return values;
    }

    private async Task<IReadOnlyList<string>> SampleAsync(TenantId tenant, string query, Func<TraceRow, IEnumerable<string>> of, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var outcome = await search.SearchAsync(tenant, new TraceSearchRequest(query, clock.GetUtcNow() - Back, null, Sample, null, WithTotal: false), limit.Token);
            if (!outcome.TryGet(out var found, out _)) return [];
            return [.. found.Traces.Select(TraceRow.Of).SelectMany(of).Where(value => value.Length is > 0 and <= LongestValue && !value.Any(char.IsControl)).CountBy(value => value, StringComparer.Ordinal)
                .OrderByDescending(value => value.Value).ThenBy(value => value.Key, StringComparer.Ordinal).Take(MaximumValues).Select(value => value.Key)];
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return [];
        }
    }
}
