using System.Text;
using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Passwords;

internal sealed record PasswordTooWeak() : Failure("password-too-weak", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => "パスワードは 8～64 文字で、英大文字・英小文字・数字・記号のうち 3 種類以上を使い、ユーザー ID を含まないものにしてください。";
    public override string English => "Use 8 to 64 characters with at least three of upper case, lower case, digits and symbols, and not the user id.";
}

internal sealed record PasswordsDiffer() : Failure("passwords-differ", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => "確認用のパスワードが一致しません。同じパスワードを 2 回入力してください。";
    public override string English => "The two passwords differ. Type the same password twice.";
}

/// <summary>What a new password must be. Compared in NFC, so that the same characters typed elsewhere match (RFC 8265 §4.2).</summary>
internal static class PasswordRules
{
    /// <summary>Longer input is refused before any work is done on it.</summary>
    public const int MaximumInput = 256;

    private const int MinimumLength = 8;
    private const int MaximumLength = 64;
    private const int MinimumClasses = 3;
    private const int ShortestTellingName = 3;

    /// <summary>Null when the input is empty, too long or no valid text.</summary>
    public static string? TryNormalize(string? input)
    {
        if (string.IsNullOrEmpty(input) || input.Length > MaximumInput) return null;
        try
        {
            return input.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            return null; // a lone surrogate
        }
    }

    /// <returns>The normalised password, ready to hash.</returns>
    public static Outcome<string> CheckNew(string? input, string? repeated, string userId)
    {
        if (input != repeated) return new PasswordsDiffer();
        if (TryNormalize(input) is not { } password) return new PasswordTooWeak();
        var length = password.EnumerateRunes().Count();
        if (length is < MinimumLength or > MaximumLength || CountClasses(password) < MinimumClasses) return new PasswordTooWeak();
        return userId.Length >= ShortestTellingName && password.Contains(userId, StringComparison.OrdinalIgnoreCase) ? new PasswordTooWeak() : password;
    }

    private static int CountClasses(string password)
    {
        var upper = password.Any(char.IsAsciiLetterUpper);
        var lower = password.Any(char.IsAsciiLetterLower);
        var digit = password.Any(char.IsAsciiDigit);
        var other = password.Any(character => !char.IsAsciiLetterOrDigit(character));
        return (upper ? 1 : 0) + (lower ? 1 : 0) + (digit ? 1 : 0) + (other ? 1 : 0);
    }
}
