using System.Globalization;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Store.Search;

namespace Akashi.Traces.ClickHouse;

/// <summary>The rows a question is about: of one tenant, published, in days that have traces of its time range. Every statement is made of it.</summary>
internal sealed class TraceScope
{
    private readonly string _table;
    private readonly string _time;

    public TraceScope(string table, TenantId tenant, TraceQuery query, LoadSnapshot snapshot)
    {
        (_table, Days) = (table, [.. snapshot.Days.OrderBy(day => day.MaxTime)]);
        _time = SqlBounds.And(
            query.From is null ? SqlBounds.True : string.Create(CultureInfo.InvariantCulture, $"time >= {query.FirstTime}"),
            query.To is null ? SqlBounds.True : string.Create(CultureInfo.InvariantCulture, $"time < {query.EndTime}"));
        Owned = $"tenant = {SqlLiteral.Of(tenant.ToString())} AND {Counted(snapshot)}";
    }

    /// <summary>The tenant's rows that count, whatever their day.</summary>
    public string Owned { get; }

    /// <summary>By their latest time.</summary>
    public IReadOnlyList<SearchableDay> Days { get; }

    /// <summary>All rows of the days, whatever their time.</summary>
    public string Of(IReadOnlyList<SearchableDay> days) => $"FROM {_table} WHERE {InDays(days)} AND {Owned}";

    /// <param name="first">Cheap to ask: the other columns are read only of rows of which it holds.</param>
    public string Where(string condition, IReadOnlyList<SearchableDay>? days = null, string first = SqlBounds.True) =>
        $"FROM {_table} {(first == SqlBounds.True ? "" : $"PREWHERE {first} ")}WHERE {SqlBounds.And(InDays(days ?? Days), Owned, _time, condition)}";

    /// <summary>Rows behind a position in the order of all traces.</summary>
    public static string Behind(TraceOrder order, TracePosition? position)
    {
        if (position is not { } at) return SqlBounds.True;
        var sign = order == TraceOrder.Newest ? '<' : '>';
        var (tmid, batch) = (SqlLiteral.Of(at.Tmid.ToString()), SqlLiteral.Of(at.Batch.ToString()));
        return string.Create(CultureInfo.InvariantCulture,
            $"(time {sign} {at.Time} OR (time = {at.Time} AND (tmid {sign} {tmid} OR (tmid = {tmid} AND (batch {sign} {batch} OR (batch = {batch} AND number {sign} {at.Line}))))))");
    }

    public static string OrderBy(TraceOrder order) => order == TraceOrder.Newest ? "ORDER BY time DESC, tmid DESC, batch DESC, number DESC" : "ORDER BY time, tmid, batch, number";

    private static string InDays(IReadOnlyList<SearchableDay> days)
    {
        var numbers = days.Select(day => day.Day.Date.DayNumber).Order().ToList();
        // The bounds leave out partitions also where a list does not.
        return string.Create(CultureInfo.InvariantCulture, $"day >= {numbers[0]} AND day <= {numbers[^1]} AND day IN ({string.Join(", ", numbers)})");
    }

    private static string Counted(LoadSnapshot snapshot) => SqlBounds.And([
        string.Create(CultureInfo.InvariantCulture, $"load <= {snapshot.LastLoad}"),
        .. snapshot.Gone.Select(gone => SqlBounds.Not(Condition(gone))),
    ]);

    public static string Condition(GoneRows gone) =>
        string.Create(CultureInfo.InvariantCulture, $"(load >= {gone.FirstLoad} AND load <= {gone.LastLoad} AND day >= {gone.FirstDay.Date.DayNumber} AND day <= {gone.LastDay.Date.DayNumber})");
}
