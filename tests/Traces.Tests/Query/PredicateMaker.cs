using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Query;

/// <summary>Makes predicates over the vocabulary of <see cref="LineMaker"/>.</summary>
internal sealed class PredicateMaker(Seeded chance)
{
    public Predicate Predicate(int depth = 3) => chance.Next(depth > 0 ? 10 : 5) switch
    {
        0 or 1 => new FieldEquals(Field(), Recased(chance.Pick(LineMaker.Values))),
        2 => new FieldLike(Field(), Pattern()),
        3 => new Phrase(Text()),
        4 => chance.Chance(20) ? new AllTraces() : new FieldEquals(Field(), chance.Next(50).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        5 => new Not(Predicate(depth - 1)),
        6 or 7 => new And(Terms(depth - 1)),
        _ => new Or(Terms(depth - 1)),
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
