using System.Text;
using System.Text.RegularExpressions;

namespace Akashi.TestKit.Secrets;

/// <summary>The secrets that stand in the files of a data folder.</summary>
internal static partial class SecretFiles
{
    private const int MaximumSize = 1 << 20;

    public static IEnumerable<string> Read(string file)
    {
        var name = Path.GetFileName(file);
        if (new FileInfo(file).Length > MaximumSize) return [];
        if (name == "master.key")
        {
            var key = File.ReadAllBytes(file);
            return [Convert.ToBase64String(key), Convert.ToHexString(key), Convert.ToHexStringLower(key)];
        }
        if (name.EndsWith(".eml", StringComparison.Ordinal)) return SecretText.Credentials(Body(File.ReadAllText(file)));
        if (name.EndsWith(".json", StringComparison.Ordinal)) return [.. SecretText.Credentials(File.ReadAllText(file)), .. ConnectionPassword().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)];
        if (name.EndsWith(".pem", StringComparison.Ordinal) || name.EndsWith(".key", StringComparison.Ordinal)) return PrivateKey().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value);
        return [];
    }

    private static string Body(string mail)
    {
        var text = mail[(mail.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(text));
        }
        catch (FormatException)
        {
            return text;
        }
    }

    [GeneratedRegex("[Pp]assword=([^;\"\\\\]+)", RegexOptions.None, 1000)]
    private static partial Regex ConnectionPassword();

    // One line of the base64 is telling enough; the first is mostly the same for all keys.
    [GeneratedRegex(@"PRIVATE KEY-----\s+[^\n]+\n([A-Za-z0-9+/=]{20,})", RegexOptions.None, 1000)]
    private static partial Regex PrivateKey();
}
