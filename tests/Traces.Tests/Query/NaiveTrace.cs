using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Tests.Query;

/// <summary>What the store must agree with, written as plainly as possible on decoded strings and sharing no code with it.</summary>
internal sealed partial class NaiveTrace
{
    private readonly string _text;

    public NaiveTrace(byte[] line, DateTimeOffset received)
    {
        _text = Encoding.UTF8.GetString(line);
        (Line, Time) = (line, received);
        if (line.Length > 1 << 20 || !Encoding.UTF8.GetBytes(_text).AsSpan().SequenceEqual(line)) return;
        var match = Proper().Match(_text);
        if (!match.Success || match.Groups["key"].Captures.Any(key => Encoding.UTF8.GetByteCount(key.Value) > 128)) return;
        if (!DateTimeOffset.TryParseExact(match.Groups["time"].Value, "MM/dd/yyyy HH:mm:ss.fff zzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return;
        if (time.UtcDateTime.Date <= DateTime.MinValue.Date || time.UtcDateTime.Date >= DateTime.MaxValue.Date) return;
        Time = time;
        Fields = [.. match.Groups["key"].Captures.Zip(match.Groups["value"].Captures, (key, value) => (key.Value, Unquote(value.Value)))];
    }

    public byte[] Line { get; }

    public DateTimeOffset Time { get; }

    /// <summary>Null when the line cannot be parsed.</summary>
    public List<(string Key, string Value)>? Fields { get; }

    public bool Matches(Predicate predicate) => predicate switch
    {
        AllTraces => true,
        And and => and.Terms.All(Matches),
        Or or => or.Terms.Any(Matches),
        Not not => !Matches(not.Term),
        FieldEquals equals => Named(equals.Field).Any(value => Fold(value) == Fold(equals.Value)),
        FieldLike like => Named(like.Field).Any(value => Fits(Fold(value), like.Pattern)),
        FieldExact exact => Named(exact.Field).Any(value => Written(value) == Written(exact.Value)),
        FieldIn set => Named(set.Field).Any(value => set.Values.Any(one => Fold(one) == Fold(value))),
        FieldCompares compares => Named(compares.Field).Any(value => Number(Fold(value)) is { } number && Holds(compares.Comparison, number.CompareTo(Number(compares.Number.Text)!.Value))),
        FieldBetween between => Named(between.Field).Any(value => Number(Fold(value)) is { } number && number >= Number(between.First.Text) && number <= Number(between.Last.Text)),
        FieldInNetwork network => Named(network.Field).Any(value => Fold(value).Split(',').Any(one => Address(one.Trim(' ')) is { } address && network.Network.Contains(address))),
        FieldMatches matches => Named(matches.Field).Any(value => Fits(value, matches.Pattern)),
        AnyMatches matches => Fields is null ? Fits(_text, matches.Pattern) : Fields.Exists(field => Fits(field.Value, matches.Pattern)),
        Phrase phrase => Fields is null ? Has(_text, phrase.Text) : Fields.Exists(field => Has(field.Value, phrase.Text)),
        _ => throw new ArgumentOutOfRangeException(nameof(predicate)),
    };

    public static string Fold(string text)
    {
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\uFFFE', '\uFFFD');
        return valid.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Normalize(NormalizationForm.FormKC);
    }

    private static string Written(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\uFFFE', '\uFFFD').Normalize(NormalizationForm.FormC);

    private static decimal? Number(string text) => Plain().IsMatch(text) ? decimal.Parse(text, CultureInfo.InvariantCulture) : null;

    private static bool Holds(Comparison comparison, int order) => comparison switch
    {
        Comparison.Less => order < 0,
        Comparison.AtMost => order <= 0,
        Comparison.AtLeast => order >= 0,
        _ => order > 0,
    };

    private static IPAddress? Address(string text)
    {
        if (!Four().IsMatch(text) && !text.Contains(':', StringComparison.Ordinal) || !IPAddress.TryParse(text, out var address)) return null;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>The pattern handed to the runtime nearly as it is, with letters folded where they stand.</summary>
    private static bool Fits(string value, RegexPattern pattern)
    {
        var text = pattern.IgnoreCase
            ? Foldable().Replace(pattern.Text, run => run.Value[0] switch { '\\' => run.Value, '[' => $"(?i:{run.Value})", _ => Regex.Escape(Fold(run.Value)) })
            : pattern.Text.Normalize(NormalizationForm.FormC);
        return Regex.IsMatch(pattern.IgnoreCase ? Fold(value) : Written(value), text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    public static List<string> Words(string text)
    {
        var words = new List<string> { "" };
        foreach (var rune in Fold(text).EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune)) words[^1] += rune.ToString();
            else words.Add("");
        }
        words.RemoveAll(word => word.Length == 0);
        return words;
    }

    public static bool Fits(string folded, WildcardPattern pattern)
    {
        var regex = string.Concat(pattern.Parts.Select(part => part.Kind switch
        {
            PatternKind.Any => ".*",
            PatternKind.One => "(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\uD800-\uDFFF])",
            _ => Regex.Escape(Fold(part.Text)),
        }));
        return Regex.IsMatch(folded, $@"\A{regex}\z", RegexOptions.Singleline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(20));
    }

    private IEnumerable<string> Named(string name) => Fields?.Where(field => Fold(field.Key) == Fold(name)).Select(field => field.Value) ?? [];

    private static bool Has(string text, string phrase)
    {
        var (words, wanted) = (Words(text), Words(phrase));
        return Enumerable.Range(0, Math.Max(0, words.Count - wanted.Count + 1)).Any(start => words.Skip(start).Take(wanted.Count).SequenceEqual(wanted));
    }

    private static string Unquote(string value) => value.StartsWith('"') ? value[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : value;

    [GeneratedRegex(@"\A-?[0-9]+(\.[0-9]+)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Plain();

    [GeneratedRegex(@"\A(?:(?:0|[1-9][0-9]{0,2})(?:\.|\z)){4}(?<!\.)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Four();

    /// <summary>Escapes and classes, which stay, and letters, which are folded.</summary>
    [GeneratedRegex(@"\\p\{\w+\}|\\.|\[[^\]]*\]|[A-Za-z]?[^\x00-\x7F]+|[A-Z]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Foldable();

    [GeneratedRegex(@"\A(?<time>\d\d/\d\d/\d{4} \d\d:\d\d:\d\d\.\d{3} [+-]\d{4})(?: +(?<key>[^\x00-\x20=""\x7F]+)=(?<value>""(?:[^""]|"""")*""|[^ ""]*))* *\z", RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Proper();
}
