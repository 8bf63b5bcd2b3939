using System.Diagnostics.CodeAnalysis;

namespace Akashi.Agent.Protocol;

/// <summary>
/// Terminal id (端末ID): 32 alphanumerics in groups of 8-4-4-4-12 joined by hyphens, case kept.
/// Our agents use lower-case version 4 GUIDs; recorders of others need not.
/// </summary>
public readonly record struct Tmid
{
    public const int Length = 36;

    private readonly string? _text;

    private Tmid(string text) => _text = text;

    public static Tmid Parse(string text) =>
        TryParse(text, out var tmid)
            ? tmid
            : throw new FormatException($"'{text}' is no terminal id. A terminal id is 32 letters or digits as 8-4-4-4-12, for example 0f8c2a54-77aa-4c1e-9d1c-3b3f0d6f2a11.");

    public static bool TryParse([NotNullWhen(true)] string? text, out Tmid tmid)
    {
        tmid = default;
        if (text is not { Length: Length }) return false;
        for (var i = 0; i < Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiLetterOrDigit(text[i])) return false;
        }
        tmid = new Tmid(text);
        return true;
    }

    public override string ToString() => _text ?? throw new InvalidOperationException("An unset terminal id has no text.");
}
