using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Query;

/// <summary>Fuzzes the reader of queries from the seeds in <c>Corpus</c>: seconds in the daily run, ten minutes with AKASHI_LONG=1.</summary>
public class QueryFuzzTests
{
    private static readonly string[] Pieces =
    [
        "a", "evt", "f:(", "f:", "10.0.0.0/8", "::1/64", "1", "[1..2]", ">", "<=", "=", "/", "/i", "{2}", "{0,3}", "[", "[^", "]", "|", ":", "\"", "(", ")", "-", "*", "?", "+", " ", "\u3000",
        " OR ", "AND", "NOT", "証", "ﾞ", "\u0301", "𠮷", "\uD800", "\0", "\n", "\\", "\\/", "\\b", "\\p{L}", "\\x", "(?:", "(?<n>", "--", "\"\"", "..", "%", ",", "：", "Ａ",
    ];

    private static readonly string[] Seeds = [.. Seeded.Corpus("queries.txt").Where(seed => seed.Length >= 3), "a b"];

    [Fact]
    public void TryParse_AnyText_GivesATreeThatPrintsAndRunsOrAnErrorInBounds() => Seeded.Repeat(chance => Check(Text(chance), new LineMaker(chance).Line()), Seeded.FuzzSeconds);

    [Fact]
    public void TryParse_EverySeed_HoldsToo() => Assert.All(Seeds, seed => Check(seed, Encoding.UTF8.GetBytes(seed)));

    /// <summary>A seed cut, joined with another, or with pieces put in.</summary>
    internal static string Text(Seeded chance)
    {
        var text = chance.Chance(70) ? chance.Pick(Seeds) : "";
        for (var edits = 1 + chance.Next(chance.Chance(5) ? 300 : 8); edits > 0; edits--)
        {
            var at = chance.Next(text.Length + 1);
            text = chance.Next(5) switch
            {
                0 => text.Remove(at, chance.Next(Math.Min(6, text.Length - at + 1))),
                1 => text[at..] + text[..at],
                2 => text[..at] + chance.Pick(Seeds)[..3] + text[at..],
                _ => text[..at] + chance.Pick(Pieces) + text[at..],
            };
        }
        return text.Length <= QueryParser.MaxLength + 50 ? text : text[..(QueryParser.MaxLength + 50)];
    }

    private static void Check(string text, byte[] line)
    {
        if (!QueryParser.TryParse(text, out var predicate, out var error, out var mentions))
        {
            Assert.InRange(error.Column, 1, text.Length + 1);
            Assert.Contains(error.Id, QueryError.Ids);
            Assert.True(error.Offending.Length <= 100, text);
            return;
        }
        var printed = QueryPrinter.Print(predicate);
        Assert.True(QueryParser.TryParse(printed, out var back, out error, longest: int.MaxValue), $"{text} printed {printed}: {error}");
        Assert.Equal(predicate, back);
        Assert.All(mentions, mention => Assert.InRange(mention.Start, 0, text.Length - 1));
        var parsed = new ParsedLine();
        LineParser.Parse(line, parsed);
        var matches = Matcher.Of(predicate).Matches(line, parsed, new Folder());
        Assert.NotEqual(matches, Matcher.Of(new Not(predicate)).Matches(line, parsed, new Folder()));
    }
}
