using System.Globalization;

namespace Akashi.Identity;

/// <summary>Language of the request, as mails name it: ja or en.</summary>
internal static class PageLanguage
{
    public static string Current => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ja" ? "ja" : "en";
}
