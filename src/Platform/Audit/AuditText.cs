using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Akashi.Platform.Audit;

/// <summary>Texts and values of entries, made fit for storing: an act must never fail because its record holds an odd character.</summary>
internal static class AuditText
{
    public const int MaximumSubject = 255;
    public const int MaximumAddress = 64;
    public const int MaximumTarget = 1000;

    private const int MaximumValues = 16 * 1024;
    private const int KeptOfTooMuch = 1000;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // read by people; pages encode for themselves
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>At most so many characters; what PostgreSQL cannot store (NUL, half of a surrogate pair) is replaced.</summary>
    public static string Clean(string text, int maximum)
    {
        if (text.Length > maximum) text = string.Concat(text.AsSpan(0, maximum - 1), "…");
        if (!text.Any(character => character == '\0' || char.IsSurrogate(character))) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return clean.ToString();
    }

    /// <summary>The way searches compare: full-width and half-width alike, case ignored.</summary>
    public static string Fold(string text) => text.Normalize(NormalizationForm.FormKC).ToLower(CultureInfo.InvariantCulture);

    /// <summary>JSON of before or after; too much is cut, and says so.</summary>
    public static string? ToJson(object? values)
    {
        if (values is null) return null;
        var json = JsonSerializer.Serialize(values, Format);
        return json.Length <= MaximumValues ? json : JsonSerializer.Serialize(new { truncated = true, characters = json.Length, start = Clean(json, KeptOfTooMuch) }, Format);
    }
}
