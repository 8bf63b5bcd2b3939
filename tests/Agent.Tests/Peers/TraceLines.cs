using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Akashi.Agent.Tests.Peers;

/// <summary>Reads trace lines back, independently of the writer.</summary>
internal static partial class TraceLines
{
    public static long Number(string line) => long.Parse(NumberPattern().Match(line).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    /// <summary>Pairs in order; a repeated key keeps its first value.</summary>
    public static Dictionary<string, string> Parse(string line)
    {
        Assert.Matches(HeaderPattern(), line);
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 29; at < line.Length;)
        {
            Assert.Equal(' ', line[at]);
            var equals = line.IndexOf('=', at);
            Assert.True(equals > at + 1, $"No key at {at} in: {line}");
            var (value, end) = Value(line, equals + 1);
            pairs.TryAdd(line[(at + 1)..equals], value);
            at = end;
        }
        return pairs;
    }

    private static (string Value, int End) Value(string line, int start)
    {
        if (start >= line.Length || line[start] != '"')
        {
            var space = line.IndexOf(' ', start);
            var end = space < 0 ? line.Length : space;
            Assert.DoesNotContain('"', line[start..end]);
            return (line[start..end], end);
        }
        var value = new StringBuilder();
        for (var at = start + 1; at < line.Length; at++)
        {
            if (line[at] != '"') value.Append(line[at]);
            else if (at + 1 < line.Length && line[at + 1] == '"') value.Append(line[++at]);
            else return (value.ToString(), at + 1);
        }
        throw new FormatException($"A quoted value does not end: {line}");
    }

    [GeneratedRegex(@" sn=(\d+) ", RegexOptions.None, 1000)]
    private static partial Regex NumberPattern();

    [GeneratedRegex(@"^\d\d/\d\d/\d{4} \d\d:\d\d:\d\d\.\d{3} \+0900 ", RegexOptions.None, 1000)]
    private static partial Regex HeaderPattern();
}
