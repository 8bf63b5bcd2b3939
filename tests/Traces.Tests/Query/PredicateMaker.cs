using System.Net;
using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Query;

/// <summary>Makes predicates over the vocabulary of <see cref="LineMaker"/>.</summary>
internal sealed class PredicateMaker(Seeded chance)
{
    public Predicate Predicate(int depth = 3) => chance.Next(depth > 0 ? 16 : 11) switch
    {
        0 or 1 => new FieldEquals(Field(), Recased(chance.Pick(LineMaker.Values))),
        2 => new FieldLike(Field(), Pattern()),
        3 => new Phrase(Text()),
        4 => chance.Chance(20) ? new AllTraces() : new FieldEquals(Field(), chance.Next(50).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        5 => new FieldIn(Field(), [.. Enumerable.Range(0, 2 + chance.Next(chance.Chance(10) ? 40 : 4)).Select(_ => Recased(chance.Pick(LineMaker.Values)))]),
        6 => chance.Chance(60) ? new FieldCompares(Field(), chance.Pick(Enum.GetValues<Comparison>()), Number()) : Between(),
        7 => new FieldInNetwork(Field(), Network()),
        8 => new FieldExact(Field(), chance.Chance(70) ? chance.Pick(LineMaker.Values) : Recased(chance.Pick(LineMaker.Values))),
        9 => chance.Chance(70) ? new FieldMatches(Field(), Expression()) : new AnyMatches(Expression()),
        10 => new FieldEquals(Field(), chance.Pick(">5", "<=x", "=", "/c", "/c/", "[1..2]", "[x", "10.0.0.0/8", "OR", "-", "-x", "a b")),
        11 => new Not(Predicate(depth - 1)),
        12 or 13 => new And(Terms(depth - 1)),
        14 => About(Field(), depth - 1),
        _ => new Or(Terms(depth - 1)),
    };

    /// <summary>Conditions on one field, which print in a group.</summary>
    private Predicate About(string field, int depth)
    {
        if (depth > 0 && chance.Chance(60))
        {
            List<Predicate> terms = [.. Enumerable.Range(0, 2 + chance.Next(2)).Select(_ => About(field, depth - 1))];
            return chance.Chance(20) ? new Not(terms[0]) : chance.Chance(50) ? new And(terms) : new Or(terms);
        }
        for (; ; )
        {
            if (Predicate(0) is FieldCondition condition) return condition with { Field = field };
        }
    }

    private PlainNumber Number() => PlainNumber.TryParse(chance.Pick("0", "1", "42", "-5", "443", "1024", "10.25", "-0.5", "0.001", "9223372036854775807", "9223372036854775808", "-99999999999999999999", $"{chance.Next(100_000)}"), out var number) ? number : throw new InvalidOperationException();

    private FieldBetween Between()
    {
        var (one, other) = (Number(), Number());
        var ordered = decimal.Parse(one.Text, System.Globalization.CultureInfo.InvariantCulture) <= decimal.Parse(other.Text, System.Globalization.CultureInfo.InvariantCulture);
        return ordered ? new FieldBetween(Field(), one, other) : new FieldBetween(Field(), other, one);
    }

    private IPNetwork Network() => IPNetwork.Parse(chance.Pick("10.0.0.0/8", "10.0.0.0/30", "0.0.0.0/0", "192.168.0.0/16", "172.16.0.0/12", "10.0.0.1/32", "::/0", "2001:db8::/32", "2001:db8::1/128", "fe80::/10", "::/96", "64:ff9b::/96", "::ffff:10.0.0.0/104"));

    private RegexPattern Expression()
    {
        var text = string.Concat(Enumerable.Range(0, 1 + chance.Next(4)).Select(_ => Piece(2)));
        if (text.Length == 0) text = "x";
        return RegexPattern.TryCreate(text, chance.Chance(50)) ?? throw new InvalidOperationException($"/{text}/ was refused.");
    }

    private string Piece(int depth) => chance.Next(depth > 0 ? 12 : 6) switch
    {
        0 => chance.Pick(".", ".*", ".+", @"\w+", @"\s", @"\d{1,3}", "[a-z]+", "[A-Z0-9]{2,}", "[^x]", "^", "$", @"\b", @"\.", "/", @"[ァ-ヶー]+", @"\p{L}"),
        < 6 => System.Text.RegularExpressions.Regex.Escape(Recased(chance.Chance(30) ? chance.Pick(LineMaker.Values) : Part(chance.Pick(LineMaker.Values))).Replace('\uFFFE', '-')),
        6 or 7 => $"(?:{Piece(depth - 1)}|{Piece(depth - 1)})",
        8 => $"({Piece(depth - 1)}){chance.Pick("?", "*", "+", "{2}", "{0,2}", "+?")}",
        _ => Piece(depth - 1) + Piece(depth - 1),
    };

    private List<Predicate> Terms(int depth) => [.. Enumerable.Range(0, 2 + chance.Next(2)).Select(_ => Predicate(depth))];

    private string Field() => chance.Chance(90) ? Recased(chance.Pick(LineMaker.Keys)) : chance.Pick("none", "a b", "-x", "a:b", "OR", "k\"q", "f*");

    private string Text()
    {
        var text = Recased(chance.Chance(70) ? chance.Pick(LineMaker.Values) : Part(chance.Pick(LineMaker.Values)));
        return NaiveTrace.Words(text).Count > 0 ? text : chance.Pick("words", "OR", "-enc", "evt:ps", "free words");
    }

    private WildcardPattern Pattern()
    {
        var parts = new List<PatternPart> { chance.Chance(80) ? PatternPart.Any : PatternPart.One };
        for (var count = chance.Next(4); count > 0; count--)
        {
            parts.Add(PatternPart.Literal(Recased(Part(chance.Pick(LineMaker.Values)))));
            parts.Add(chance.Chance(60) ? PatternPart.Any : PatternPart.One);
        }
        if (chance.Chance(30)) parts.RemoveAt(parts.Count - 1);
        if (chance.Chance(30)) parts.Insert(0, PatternPart.Literal(Part(chance.Pick(LineMaker.Values))));
        return WildcardPattern.TryCreate(parts) ?? WildcardPattern.TryCreate([PatternPart.Any])!;
    }

    private string Part(string value)
    {
        var runes = value.EnumerateRunes().ToArray();
        var start = chance.Next(runes.Length + 1);
        return string.Concat(runes.Skip(start).Take(1 + chance.Next(6)));
    }

    private string Recased(string text) => chance.Next(4) switch
    {
        0 => text.ToUpperInvariant(),
        1 => string.Concat(text.Select(c => c is > ' ' and <= '~' ? (char)(c + 0xFEE0) : c)), // full width
        2 => text.Replace('\uFFFE', 'x').Normalize(NormalizationForm.FormD),
        _ => text,
    };
}
