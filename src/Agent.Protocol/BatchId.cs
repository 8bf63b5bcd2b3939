using System.Diagnostics.CodeAnalysis;

namespace Akashi.Agent.Protocol;

/// <summary>Batch id: the 32 characters [0-9A-Za-z] at the end of a batch's file name, case kept. Our agent writes lower-case hex.</summary>
public readonly record struct BatchId
{
    public const int Length = 32;

    private readonly string? _text;

    private BatchId(string text) => _text = text;

    public static BatchId Parse(string text) =>
        TryParse(text, out var id)
            ? id
            : throw new FormatException($"'{text}' is no batch id. A batch id is exactly {Length} letters or digits.");

    public static bool TryParse([NotNullWhen(true)] string? text, out BatchId id)
    {
        id = default;
        if (text is not { Length: Length }) return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c)) return false;
        }
        id = new BatchId(text);
        return true;
    }

    public override string ToString() => _text ?? throw new InvalidOperationException("An unset batch id has no text.");
}
