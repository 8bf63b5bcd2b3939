using System.Globalization;
using System.Text.RegularExpressions;

namespace Akashi.TestKit;

/// <summary>Reads Prometheus' text format 0.0.4 as strictly as Prometheus itself; any breach throws.</summary>
public sealed partial class PrometheusPage
{
    private readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);

    public PrometheusPage(string text)
    {
        if (text.Length > 0 && text[^1] != '\n') throw new FormatException("The last line does not end.");
        string? family = null;
        foreach (var line in text.Split('\n')[..^1]) family = ReadLine(line, family);
        foreach (var (name, type) in _types.Where(pair => pair.Value == "histogram")) CheckHistogram(name);
    }

    /// <summary>Series with their labels as written, for example <c>up{job="a"}</c>.</summary>
    public IReadOnlyDictionary<string, double> Series => _series;

    public IReadOnlyDictionary<string, string> Types => _types;

    private string? ReadLine(string line, string? family)
    {
        if (Comment().Match(line) is { Success: true } comment)
        {
            var name = comment.Groups["name"].Value;
            if (comment.Groups["kind"].Value == "TYPE")
            {
                if (comment.Groups["text"].Value is not ("counter" or "gauge" or "histogram")) throw new FormatException($"Unknown type: {line}");
                if (!_types.TryAdd(name, comment.Groups["text"].Value)) throw new FormatException($"The family {name} appears twice.");
            }
            return name;
        }
        var sample = Sample().Match(line);
        if (!sample.Success) throw new FormatException($"Not a sample: {line}");
        var (series, labels) = (sample.Groups["name"].Value, sample.Groups["labels"].Value);
        if (family is null || !_types.TryGetValue(family, out var type)) throw new FormatException($"A sample before its type: {line}");
        string[] allowed = type == "histogram" ? [family + "_bucket", family + "_sum", family + "_count"] : [family];
        if (!allowed.Contains(series)) throw new FormatException($"{series} is not of the family {family}.");
        if (type == "counter" && !series.EndsWith("_total", StringComparison.Ordinal)) throw new FormatException($"The counter {series} has no _total.");
        var names = Label().Matches(labels).Select(label => label.Groups[1].Value).ToList();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count) throw new FormatException($"A label appears twice: {line}");
        var value = sample.Groups["value"].Value switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, var number => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture) };
        if (type == "counter" && value < 0) throw new FormatException($"A counter below nought: {line}");
        if (!_series.TryAdd(labels.Length == 0 ? series : series + "{" + labels + "}", value)) throw new FormatException($"A series appears twice: {line}");
        return family;
    }

    /// <summary>Buckets never fall, the last is +Inf and equals the count.</summary>
    private void CheckHistogram(string name)
    {
        var buckets = _series.Where(pair => pair.Key.StartsWith(name + "_bucket{", StringComparison.Ordinal))
            .GroupBy(pair => Bound().Replace(pair.Key, ""), StringComparer.Ordinal);
        foreach (var group in buckets)
        {
            double previous = 0;
            foreach (var (_, value) in group)
            {
                if (value < previous) throw new FormatException($"Buckets fall: {group.Key}");
                previous = value;
            }
            if (!group.Last().Key.Contains("le=\"+Inf\"", StringComparison.Ordinal)) throw new FormatException($"No +Inf: {group.Key}");
            var count = group.Key.Replace("_bucket{", "_count{", StringComparison.Ordinal).Replace("{}", "", StringComparison.Ordinal);
            if (_series[count] != previous) throw new FormatException($"Count and +Inf differ: {group.Key}");
        }
    }

    [GeneratedRegex("^# (?<kind>HELP|TYPE) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<text>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\"n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\"n])*")*)\})? (?<value>\S+)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\.)*""", RegexOptions.None, 1000)]
    private static partial Regex Label();

    [GeneratedRegex(""",?le="[^"]*""" + "\"", RegexOptions.None, 1000)]
    private static partial Regex Bound();
}
