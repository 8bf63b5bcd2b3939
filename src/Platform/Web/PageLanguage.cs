using System.Globalization;

namespace Akashi.Platform.Web;

/// <summary>Language of the request: Japanese, or English for all others.</summary>
public static class PageLanguage
{
    /// <summary>As mails name it: ja or en.</summary>
    public static string Current => Say("ja", "en");

    public static string Say(string japanese, string english) => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ja" ? japanese : english;
}
