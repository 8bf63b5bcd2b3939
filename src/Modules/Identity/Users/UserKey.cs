using System.Text;

namespace Akashi.Identity.Users;

/// <summary>The folded form of a sign-in name: full-width and half-width, upper and lower case are the same person.</summary>
internal static class UserKey
{
    public const int MaximumInput = 256;

    /// <summary>Null when the name is empty, too long or no valid text.</summary>
    public static string? TryFold(string? userId)
    {
        if (string.IsNullOrWhiteSpace(userId) || userId.Length > MaximumInput) return null;
        try
        {
            var key = userId.Trim().Normalize(NormalizationForm.FormKC).ToLowerInvariant();
            return key.Length is > 0 and <= MaximumInput && !key.Any(char.IsControl) ? key : null;
        }
        catch (ArgumentException)
        {
            return null; // a lone surrogate
        }
    }
}
