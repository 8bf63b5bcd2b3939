using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Akashi.Platform.Metrics;

/// <summary>The text format 0.0.4 of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private enum Kind
    {
        Counter,
        Gauge,
        Histogram,
    }

    public static string Write(IEnumerable<(Instrument Instrument, IReadOnlyDictionary<string, MetricSeries> Series)> instruments)
    {
        var text = new StringBuilder();
        // A family may appear once only, whatever two instruments are called.
        foreach (var (instrument, series) in instruments.Where(one => one.Series.Count > 0).OrderBy(one => NameOf(one.Instrument), StringComparer.Ordinal).DistinctBy(one => NameOf(one.Instrument)))
        {
            var (name, kind) = (NameOf(instrument), KindOf(instrument));
            text.Append("# HELP ").Append(name).Append(' ').Append(EscapeHelp(instrument.Description ?? instrument.Name)).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(kind.ToString().ToLowerInvariant()).Append('\n');
            foreach (var (labels, one) in series.OrderBy(pair => pair.Key, StringComparer.Ordinal)) WriteSeries(text, name, kind, labels, one);
        }
        return text.ToString();
    }

    /// <summary>For example <c>method="GET",status="200"</c>, in the order of the names.</summary>
    public static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (labels.Length == 0) return "";
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in labels) sorted[Clean(name, colons: false)] = EscapeLabel(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        return string.Join(',', sorted.Select(label => $"{label.Key}=\"{label.Value}\""));
    }

    internal static string NameOf(Instrument instrument)
    {
        var name = Clean(instrument.Name, colons: true);
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        if (!name.EndsWith(unit, StringComparison.Ordinal)) name += unit;
        return KindOf(instrument) == Kind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static Kind KindOf(Instrument instrument) => instrument.GetType().GetGenericTypeDefinition() switch
    {
        var type when type == typeof(Counter<>) || type == typeof(ObservableCounter<>) => Kind.Counter,
        var type when type == typeof(Histogram<>) => Kind.Histogram,
        _ => Kind.Gauge,
    };

    private static void WriteSeries(StringBuilder text, string name, Kind kind, string labels, MetricSeries series)
    {
        var (sum, count, below) = series.Read();
        if (kind != Kind.Histogram)
        {
            WriteLine(text, name, labels, sum);
            return;
        }
        var separator = labels.Length > 0 ? "," : "";
        for (var i = 0; i < below.Length; i++) WriteLine(text, name + "_bucket", $"{labels}{separator}le=\"{Number(series.Bounds[i])}\"", below[i]);
        WriteLine(text, name + "_bucket", $"{labels}{separator}le=\"+Inf\"", count);
        WriteLine(text, name + "_sum", labels, sum);
        WriteLine(text, name + "_count", labels, count);
    }

    private static void WriteLine(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string EscapeHelp(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapeLabel(string text) => EscapeHelp(text).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Clean(string name, bool colons)
    {
        var clean = new StringBuilder(name.Length);
        foreach (var character in name) clean.Append(char.IsAsciiLetterOrDigit(character) || (colons && character == ':') ? character : '_');
        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? clean.Insert(0, '_').ToString() : clean.ToString();
    }
}
