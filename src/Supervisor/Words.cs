namespace Akashi.Supervisor;

/// <summary>What people read on the terminal: English, followed by Japanese where the system speaks it.</summary>
internal static class Words
{
    private static readonly bool Japanese =
        new[] { "LC_ALL", "LC_MESSAGES", "LANG" }.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value))
            ?.StartsWith("ja", StringComparison.OrdinalIgnoreCase) ?? false;

    public static string Say(string english, string japanese) => Japanese ? japanese : english;
}
