using System.Globalization;
using System.Text;
using Akashi.Platform.Errors;

namespace Akashi.Identity.Users;

/// <summary>What can be said of a person, checked.</summary>
internal sealed record UserFields(string DisplayName, string Mail)
{
    public const int MaximumUserId = 64, MaximumName = 100, MaximumMail = 254;

    public static Outcome<UserFields> Check(string? displayName, string? mail)
    {
        var name = displayName?.Trim() ?? "";
        if (name.Length is 0 or > MaximumName || !IsText(name)) return new FieldInvalid("displayName", name, "1–100 文字 / characters");
        var address = mail?.Trim() ?? "";
        return IsAddress(address) ? new UserFields(name, address) : new FieldInvalid("mail", address, "name@example.jp");
    }

    public static Outcome<string> CheckUserId(string? userId)
    {
        var id = userId?.Trim() ?? "";
        return id.Length is > 0 and <= MaximumUserId && IsText(id) && UserKey.TryFold(id) is not null
            ? id : new FieldInvalid("userId", id, "1–64 文字 / characters");
    }

    /// <summary>No control characters, nothing that turns the direction of text around, no lone surrogate.</summary>
    public static bool IsText(string text) =>
        !text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>The plain form of RFC 5321 §4.1.2: no quoted local part, no address literal. Whether somebody reads there only a mail can tell.</summary>
    public static bool IsAddress(string? text)
    {
        if (text is null) return false;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at is < 1 or > 64 || text.Length > MaximumMail || text.LastIndexOf('@') != at) return false;
        var (local, domain) = (text[..at], text[(at + 1)..]);
        return local.All(character => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-/=?^_`{|}~.".Contains(character, StringComparison.Ordinal))
            && local[0] != '.' && local[^1] != '.' && !local.Contains("..", StringComparison.Ordinal)
            && domain.Split('.').All(label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'));
    }
}
