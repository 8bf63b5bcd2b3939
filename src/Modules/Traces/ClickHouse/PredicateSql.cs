using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Query;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// A predicate as conditions on rows. A field's occurrences stand in a column of its own or in the lists (see <see cref="TraceColumns"/>): what is said of a
/// column is said of ASCII, where both sides mean the same; what cannot be said of the lists is left open.
/// </summary>
internal static class PredicateSql
{
    public static SqlBounds Of(Predicate predicate) => predicate switch
    {
        AllTraces => SqlBounds.Exactly(SqlBounds.True),
        And and => SqlBounds.All([.. and.Terms.Select(Of)]),
        Or or => SqlBounds.Any([.. or.Terms.Select(Of)]),
        Not not => !Of(not.Term),
        FieldEquals equals => OfSet(equals.Field, [Folder.Fold(equals.Value)]),
        FieldIn set => OfSet(set.Field, [.. set.Values.Select(Folder.Fold).DistinctBy(Convert.ToHexString)]),
        FieldExact exact => OfExact(exact),
        FieldLike like => OfLike(like),
        FieldMatches matches => OfField(matches.Field, matches.Pattern.Regex.IsMatch(""), column => SqlBounds.Exactly($"match({(matches.Pattern.IgnoreCase ? Lower(column) : column)}, {SqlLiteral.Of(RegexSql.Of(matches.Pattern))})"), null),
        FieldCompares compares => OfNumber(compares.Field,
            compares.Comparison is Comparison.Greater or Comparison.AtLeast ? compares.Number : null, compares.Comparison == Comparison.AtLeast,
            compares.Comparison is Comparison.Less or Comparison.AtMost ? compares.Number : null, compares.Comparison == Comparison.AtMost),
        FieldBetween between => OfNumber(between.Field, between.First, true, between.Last, true),
        FieldInNetwork network => OfNetwork(network),
        Phrase phrase => SqlBounds.Exactly($"words LIKE {SqlLiteral.Of($"% {string.Join(' ', Words.Of(phrase.Text).Select(word => Encoding.UTF8.GetString(word)))} %")}"),
        AnyMatches matches => OfAny(matches.Pattern),
        _ => throw new ArgumentOutOfRangeException(nameof(predicate), predicate, "Unknown kind of predicate."),
    };

    /// <param name="acceptsEmpty">Whether the empty value may fit: then it counts whether the column is there.</param>
    /// <param name="ofColumn">Said of the column that is given.</param>
    /// <param name="ofFolded">Said of a folded value of any text; null when that cannot be said.</param>
    private static SqlBounds OfField(string field, bool acceptsEmpty, Func<string, SqlBounds> ofColumn, string? ofFolded)
    {
        var folded = Folder.Fold(field);
        var name = SqlLiteral.Of(folded);
        var listed = ofFolded switch
        {
            null => SqlBounds.WithOpen(SqlBounds.False, $"has(keys, {name})"),
            SqlBounds.True => SqlBounds.Exactly($"has(keys, {name})"),
            _ => SqlBounds.Exactly($"arrayExists((k, v) -> k = {name} AND {ofFolded}, keys, vals)"),
        };
        var place = TraceColumns.PlaceOf(folded);
        if (place < 0) return listed;
        var column = ofColumn(TraceColumns.Name(place));
        if (acceptsEmpty) column = SqlBounds.All([SqlBounds.Exactly($"bitTest(has, {place})"), column]);
        return SqlBounds.Any([column, listed]);
    }

    private static SqlBounds OfSet(string field, byte[][] values)
    {
        var ascii = values.Where(value => Ascii.IsValid(value)).ToList();
        return OfField(field, values.Any(value => value.Length == 0), column => SqlBounds.Exactly(ascii.Count switch
        {
            0 => SqlBounds.False,
            1 => $"{Lower(column)} = {SqlLiteral.Of(ascii[0])}",
            _ => $"{Lower(column)} IN ({SqlLiteral.List(ascii)})",
        }), values.Length == 1 ? $"v = {SqlLiteral.Of(values[0])}" : $"v IN ({SqlLiteral.List(values)})");
    }

    private static SqlBounds OfExact(FieldExact exact)
    {
        var written = new Folder().Compose(Encoding.UTF8.GetBytes(exact.Value)).ToArray();
        var same = OfField(exact.Field, written.Length == 0, column => SqlBounds.Exactly(Ascii.IsValid(written) ? $"{column} = {SqlLiteral.Of(written)}" : SqlBounds.False), null);
        // What is equal as written is equal when folded.
        return SqlBounds.WithOpen(same.Surely, SqlBounds.And(same.Open, OfSet(exact.Field, [Folder.Fold(exact.Value)]).Perhaps));
    }

    private static SqlBounds OfLike(FieldLike like)
    {
        var parts = like.Pattern.Parts;
        if (parts is [{ Kind: PatternKind.Any }]) return OfField(like.Field, true, _ => SqlBounds.Exactly(SqlBounds.True), SqlBounds.True);
        return OfField(like.Field, new FoldedPattern(like.Pattern).Fits([]), column => SqlBounds.Exactly(Test(Lower(column))), Test("v"));

        string Test(string value) => parts switch
        {
            [{ Kind: PatternKind.Any }, { Kind: PatternKind.Literal } part, { Kind: PatternKind.Any }] => $"position({value}, {Folded(part)}) > 0",
            [{ Kind: PatternKind.Literal } start, { Kind: PatternKind.Any }] => $"startsWith({value}, {Folded(start)})",
            [{ Kind: PatternKind.Any }, { Kind: PatternKind.Literal } end] => $"endsWith({value}, {Folded(end)})",
            _ => $"match({value}, {SqlLiteral.Of(RegexSql.Of(like.Pattern))})",
        };

        static string Folded(PatternPart part) => SqlLiteral.Of(Folder.Fold(part.Text));
    }

    /// <summary>Integers written as they print are compared there; other numbers here, which begin and end as such.</summary>
    private static SqlBounds OfNumber(string field, PlainNumber? low, bool lowCounts, PlainNumber? high, bool highCounts)
    {
        Int128 first = long.MinValue, last = long.MaxValue;
        if (low is not null && DecimalText.TryRead(Encoding.ASCII.GetBytes(low.Text), out var bound)) first = bound.Floor() + (bound.IsInteger && lowCounts ? 0 : 1);
        if (high is not null && DecimalText.TryRead(Encoding.ASCII.GetBytes(high.Text), out bound)) last = bound.Floor() - (bound.IsInteger && !highCounts ? 1 : 0);
        // Bounds beyond 64 bits leave either all integers or, in an order that no number is between, none.
        var isEmpty = first > last || first > long.MaxValue || last < long.MinValue;
        return OfField(field, acceptsEmpty: false, column =>
        {
            var integer = $"toInt64OrZero({column})";
            var isInteger = $"toString({integer}) = {column}";
            var inside = isEmpty ? SqlBounds.False : SqlBounds.And(
                isInteger,
                first <= long.MinValue ? SqlBounds.True : string.Create(CultureInfo.InvariantCulture, $"{integer} >= {first}"),
                last >= long.MaxValue ? SqlBounds.True : string.Create(CultureInfo.InvariantCulture, $"{integer} <= {last}"));
            return SqlBounds.WithOpen(inside, $"(({column} >= '0' AND {column} < ':' OR {column} >= '-' AND {column} < '.') AND NOT {isInteger})");
        }, null);
    }

    /// <summary>A plain IPv4 address is looked at there; what may be IPv6, a list or have spaces around it here.</summary>
    private static SqlBounds OfNetwork(FieldInNetwork condition)
    {
        var network = condition.Network;
        return OfField(condition.Field, acceptsEmpty: false, column =>
        {
            if (network.BaseAddress.AddressFamily != AddressFamily.InterNetwork) return SqlBounds.WithOpen(SqlBounds.False, $"position({column}, ':') > 0");
            var first = BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes());
            var last = network.PrefixLength == 0 ? uint.MaxValue : first | (uint)((1UL << (32 - network.PrefixLength)) - 1);
            var parts = Enumerable.Range(1, 4).Select(number => $"toUInt64OrZero(splitByChar('.', {column})[{number}])").ToList();
            var address = $"({parts[0]} * 16777216 + {parts[1]} * 65536 + {parts[2]} * 256 + {parts[3]})";
            var isPlain = $"concat(toString({parts[0]}), '.', toString({parts[1]}), '.', toString({parts[2]}), '.', toString({parts[3]})) = {column}";
            var inside = SqlBounds.And([isPlain, .. parts.Select(part => $"{part} <= 255"), string.Create(CultureInfo.InvariantCulture, $"{address} >= {first}"), string.Create(CultureInfo.InvariantCulture, $"{address} <= {last}")]);
            // An IPv4 address written as IPv6 has ffff in it.
            return SqlBounds.WithOpen(inside, $"(position({column}, ',') > 0 OR position({column}, ' ') > 0 OR position({Lower(column)}, 'ffff') > 0)");
        }, null);
    }

    /// <summary>Of a line that is all ASCII a value stands in it as it is, but for doubled quotes.</summary>
    private static SqlBounds OfAny(RegexPattern pattern)
    {
        var needle = new RegexNeeds(pattern).Needle();
        if (needle.Length == 0 || !Ascii.IsValid(needle) || needle.Contains((byte)'"')) return SqlBounds.Unknown;
        return SqlBounds.WithOpen(SqlBounds.False, $"(bitTest(has, {TraceColumns.NotAsciiBit}) OR position(lower(line), {SqlLiteral.Of(Encoding.ASCII.GetString(needle).ToLowerInvariant())}) > 0)");
    }

    private static string Lower(string column) => $"lower({column})";
}
