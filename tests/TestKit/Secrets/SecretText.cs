using System.Text.RegularExpressions;

namespace Akashi.TestKit.Secrets;

/// <summary>Finds credentials in text: sessions, tokens, links and hand-off codes all have one form, a tenant and 43 random characters.</summary>
internal static partial class SecretText
{
    public static IEnumerable<string> Credentials(string text) => Credential().Matches(text).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"[0-9a-f]{32}[._~-]([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])", RegexOptions.None, 1000)]
    private static partial Regex Credential();
}
