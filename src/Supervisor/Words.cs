namespace Akashi.Supervisor;

/// <summary>What people read on the terminal: Japanese where the system speaks it (LANG=ja…), else English.</summary>
internal static class Words
{
    public static readonly bool Japanese =
        new[] { "LC_ALL", "LC_MESSAGES", "LANG" }.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value))
            ?.StartsWith("ja", StringComparison.OrdinalIgnoreCase) ?? false;

    public static string Say(string english, string japanese) => Japanese ? japanese : english;
}
