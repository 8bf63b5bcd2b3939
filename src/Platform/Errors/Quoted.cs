namespace Akashi.Platform.Errors;

/// <summary>What was typed or sent, as messages, headers and logs can bear it: one line, at most so long.</summary>
public static class Quoted
{
    public const int Maximum = 64;

    /// <summary>Empty for null; longer text ends in "…"; control characters and marks that turn the direction of text become spaces.</summary>
    public static string Of(string? text, int maximum = Maximum) =>
        text is null ? "" : text.Length <= maximum ? OneLine.Of(text, maximum) : OneLine.Of(text, maximum) + "…";
}
