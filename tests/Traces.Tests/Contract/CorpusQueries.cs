using System.Net;
using System.Text.RegularExpressions;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Tests.Lines;
using Akashi.Traces.Tests.Query;

namespace Akashi.Traces.Tests.Contract;

/// <summary>Questions as people ask them, about values that stand in recorded lines.</summary>
internal sealed class CorpusQueries(Seeded chance, IReadOnlyList<NaiveTrace> traces)
{
    public Predicate Predicate(int depth = 2) => chance.Next(depth > 0 ? 14 : 9) switch
    {
        < 9 and var kind => About(kind),
        9 or 10 => new And([Predicate(depth - 1), Predicate(depth - 1)]),
        11 => new Or([Predicate(depth - 1), Predicate(depth - 1), Predicate(depth - 1)]),
        12 => new And([Predicate(depth - 1), new Not(Predicate(depth - 1))]),
        _ => new Not(Predicate(depth - 1)),
    };

    public (string Key, string Value) Field()
    {
        for (; ; )
        {
            if (chance.Pick(traces).Fields is { Count: > 0 } fields) return chance.Pick(fields);
        }
    }

    private Predicate About(int kind)
    {
        var (key, value) = Field();
        return kind switch
        {
            0 => new FieldEquals(key, value),
            1 => new FieldExact(key, value),
            2 => new FieldIn(key, [value, .. Enumerable.Range(0, 1 + chance.Next(20)).Select(_ => Field().Value)]),
            3 => Like(key, value),
            4 => PlainNumber.TryParse(value, out var number) ? new FieldCompares(key, chance.Pick(Enum.GetValues<Comparison>()), number) : new FieldLike(key, WildcardPattern.TryCreate([PatternPart.Any])!),
            5 => IPAddress.TryParse(value, out var address) ? new FieldInNetwork(key, new IPNetwork(Base(address, out var bits), bits)) : new FieldEquals(key, value),
            6 => Matches(key, value),
            7 => NaiveTrace.Words(value) is { Count: > 0 } words ? new Phrase(string.Join(' ', words.Skip(chance.Next(words.Count)).Take(1 + chance.Next(3)))) : new FieldEquals(key, value),
            _ => chance.Chance(30) && Regex(value) is { } pattern ? new AnyMatches(pattern) : Like(key, value),
        };
    }

    private FieldLike Like(string key, string value)
    {
        var part = PatternPart.Literal(Part(value));
        IReadOnlyList<PatternPart> parts = chance.Next(5) switch
        {
            0 => [part, PatternPart.Any],
            1 => [PatternPart.Any, part],
            2 => [PatternPart.Any, part, PatternPart.One, PatternPart.Any],
            _ => [PatternPart.Any, part, PatternPart.Any],
        };
        return new FieldLike(key, WildcardPattern.TryCreate(parts)!);
    }

    private Predicate Matches(string key, string value) => Regex(value) is { } pattern ? new FieldMatches(key, pattern) : new FieldEquals(key, value);

    private RegexPattern? Regex(string value)
    {
        var (one, other) = (Escaped(value), Escaped(value));
        return RegexPattern.TryCreate(chance.Pick($@"{one}.*{other}", $@"\b{one}", $"^{one}", $@"{one}[\w-]+$", $"({one}|{other})", $@"{one}\d*"), chance.Chance(50));
    }

    private string Escaped(string value) => System.Text.RegularExpressions.Regex.Escape(Part(value)).Replace("/", @"\/", StringComparison.Ordinal);

    private string Part(string value)
    {
        if (value.Length < 2) return value;
        var start = chance.Next(value.Length);
        return value.Substring(start, Math.Min(value.Length - start, 1 + chance.Next(8)));
    }

    private IPAddress Base(IPAddress address, out int bits)
    {
        var bytes = address.GetAddressBytes();
        bits = chance.Next(bytes.Length * 8 + 1);
        for (var bit = bits; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)(0xFF ^ 0x80 >> bit % 8);
        return new IPAddress(bytes);
    }
}
