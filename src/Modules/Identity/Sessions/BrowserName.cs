namespace Akashi.Identity.Sessions;

/// <summary>A short name for what a browser says it is, so that people recognise their own devices. Nothing relies on it being true.</summary>
internal static class BrowserName
{
    private const int MaximumLength = 100;

    // The order matters: Edge and Chrome also call themselves Safari.
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("HeadlessChrome/", "Chrome"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Mark, string Name)[] Systems =
        [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    public static string Of(string userAgent)
    {
        var browser = NameIn(Browsers, userAgent);
        var system = NameIn(Systems, userAgent);
        if (browser is not null) return system is null ? browser : $"{browser} / {system}";
        var clean = string.Concat(userAgent.Where(character => character is >= ' ' and <= '~').Take(MaximumLength));
        return system ?? clean;
    }

    private static string? NameIn((string Mark, string Name)[] names, string userAgent) =>
        names.FirstOrDefault(name => userAgent.Contains(name.Mark, StringComparison.Ordinal)).Name;
}
