using System.Globalization;
using System.Text;

namespace Akashi.Identity.Tenants;

/// <summary>The number under which a contract is known to people: AK and eight digits.</summary>
internal static class SupportId
{
    public const string Operator = "AK00000000";
    public const int MaximumNumber = 99_999_999;
    private const int Length = 10;
    private const int MaximumInput = 64;

    public static string FromNumber(int number) => string.Create(CultureInfo.InvariantCulture, $"AK{number:D8}");

    /// <summary>Accepts full-width and lower-case input; null when it has not the shape of a support id.</summary>
    public static string? TryFold(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaximumInput) return null;
        try
        {
            var folded = text.Trim().Normalize(NormalizationForm.FormKC).ToUpperInvariant();
            return folded.Length == Length && folded.StartsWith("AK", StringComparison.Ordinal) && folded.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0 ? folded : null;
        }
        catch (ArgumentException)
        {
            return null; // a lone surrogate
        }
    }
}
