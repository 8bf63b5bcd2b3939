using Akashi.Platform.Errors;
using System.Text.RegularExpressions;

namespace Akashi.Platform.Mail;

/// <summary>
/// A mail's wording in both languages, a static field of the module that sends it. <c>{Name}</c> is replaced by the value of that name. Keep
/// the subject within 40 full-width characters and put the one link on a line of its own.
/// </summary>
/// <param name="Name">Stable, for operators, for example <c>identity.first-access</c>.</param>
public sealed partial record MailTemplate(string Name, string JapaneseSubject, string JapaneseText, string EnglishSubject, string EnglishText)
{
    /// <summary>Names of all places in one language.</summary>
    internal IReadOnlySet<string> Places(string language) =>
        Place().Matches(SubjectIn(language) + TextIn(language)).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A value is missing: a programming error.</exception>
    internal (string Subject, string Text) Render(string language, IReadOnlyDictionary<string, string> values)
    {
        if (language is not ("ja" or "en")) throw new ArgumentException($"'{language}' is no language of mail; use ja or en.", nameof(language));
        return (OneLine.Of(Fill(SubjectIn(language), values), MaximumSubject), Fill(TextIn(language), values));
    }

    private const int MaximumSubject = 300;
    private const int MaximumValue = 4000;

    private string SubjectIn(string language) => language == "ja" ? JapaneseSubject : EnglishSubject;

    private string TextIn(string language) => language == "ja" ? JapaneseText : EnglishText;

    // One pass: a value that itself looks like a place is not filled again. A value is one line, so that none can forge the lines around it.
    private string Fill(string text, IReadOnlyDictionary<string, string> values) => Place().Replace(text, match =>
        values.TryGetValue(match.Groups[1].Value, out var value) ? OneLine.Of(value, MaximumValue) : throw new ArgumentException($"The mail '{Name}' needs a value for '{match.Value}'.", nameof(values)));

    [GeneratedRegex(@"\{([A-Za-z][A-Za-z0-9]*)\}", RegexOptions.None, 1000)]
    private static partial Regex Place();
}
