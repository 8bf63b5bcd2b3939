using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Store.Columns;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>field:&gt;1024</c>, <c>field:[1..10]</c></summary>
internal sealed class FieldNumberOperator : FieldOperator
{
    private readonly byte[]? _low;
    private readonly byte[]? _high;
    private readonly bool _lowCounts;
    private readonly bool _highCounts;
    private readonly long _first;
    private readonly long _last;

    public FieldNumberOperator(FieldBetween predicate) : this(predicate.Field, predicate.First, true, predicate.Last, true)
    {
    }

    public FieldNumberOperator(FieldCompares predicate) : this(
        predicate.Field,
        predicate.Comparison is Comparison.Greater or Comparison.AtLeast ? predicate.Number : null,
        predicate.Comparison == Comparison.AtLeast,
        predicate.Comparison is Comparison.Less or Comparison.AtMost ? predicate.Number : null,
        predicate.Comparison == Comparison.AtMost)
    {
    }

    private FieldNumberOperator(string field, PlainNumber? low, bool lowCounts, PlainNumber? high, bool highCounts) : base(field)
    {
        (_low, _lowCounts, _high, _highCounts) = (Bytes(low), lowCounts, Bytes(high), highCounts);
        Int128 first = long.MinValue, last = long.MaxValue;
        if (_low is not null && DecimalText.TryRead(_low, out var bound)) first = bound.Floor() + (bound.IsInteger && lowCounts ? 0 : 1);
        if (_high is not null && DecimalText.TryRead(_high, out bound)) last = bound.Floor() - (bound.IsInteger && !highCounts ? 1 : 0);
        // Bounds beyond 64 bits leave either all integers or, in an order that no number is between, none.
        var isEmpty = first > last || first > long.MaxValue || last < long.MinValue;
        (_first, _last) = isEmpty ? (1, 0) : ((long)Int128.Max(first, long.MinValue), (long)Int128.Min(last, long.MaxValue));
    }

    public static void PrintValue(FieldCompares predicate, StringBuilder to) => to.Append(predicate.Comparison switch
    {
        Comparison.Less => "<",
        Comparison.AtMost => "<=",
        Comparison.AtLeast => ">=",
        _ => ">",
    }).Append(predicate.Number.Text);

    public static void PrintValue(FieldBetween predicate, StringBuilder to) => to.Append('[').Append(predicate.First.Text).Append("..").Append(predicate.Last.Text).Append(']');

    public override RowSet Candidates(SegmentProbe segment) => segment.WithNumber(Field, _first, _last);

    protected override bool Fits(ReadOnlySpan<byte> value, Folder folder)
    {
        if (!DecimalText.TryRead(Narrowed(value, folder), out var number)) return false;
        if (_low is not null && DecimalText.TryRead(_low, out var bound) && DecimalText.Compare(number, bound) is var above && (above < 0 || above == 0 && !_lowCounts)) return false;
        return _high is null || !DecimalText.TryRead(_high, out bound) || DecimalText.Compare(number, bound) is var below && (below < 0 || below == 0 && _highCounts);
    }

    protected override RowSet Entries(ColumnBlock column, Folder folder)
    {
        if (column.Numbers is not { } numbers) return base.Entries(column, folder);
        var entries = new RowSet(column.Entries);
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] >= _first && numbers[i] <= _last) entries.Add(i);
        }
        return entries;
    }

    private static byte[]? Bytes(PlainNumber? number) => number is null ? null : Encoding.ASCII.GetBytes(number.Text);
}
