using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Akashi.Platform.Objects;

/// <summary>
/// Name of an object or of a folder of objects: parts of ASCII letters, digits, '-', '_' and '.', joined by '/'. A part never begins
/// with a dot, so that a key cannot leave the store and cannot meet the store's own files.
/// </summary>
public readonly record struct ObjectKey
{
    /// <summary>Longer than any key the product makes, shorter than S3 (1024 bytes) and any file system allow.</summary>
    public const int MaximumLength = 512;

    private const int MaximumPart = 200;
    private static readonly SearchValues<char> Characters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly string _text;

    /// <exception cref="ArgumentException">The text is no key.</exception>
    public ObjectKey(string text)
    {
        if (FaultOf(text) is { } fault) throw new ArgumentException(fault, nameof(text));
        _text = text;
    }

    public static ObjectKey Of(params ReadOnlySpan<string> parts) => new(string.Join('/', parts));

    public static bool TryParse([NotNullWhen(true)] string? text, out ObjectKey key)
    {
        var sound = text is not null && FaultOf(text) is null;
        key = sound ? new ObjectKey(text!) : default;
        return sound;
    }

    public ObjectKey Below(string part) => new($"{this}/{part}");

    public override string ToString() => _text ?? throw new InvalidOperationException("An unset object key was used.");

    private static string? FaultOf(string text)
    {
        if (text.Length is 0 or > MaximumLength) return $"An object key has 1 to {MaximumLength} characters, not {text.Length}.";
        foreach (var range in text.AsSpan().Split('/'))
        {
            var part = text.AsSpan(range);
            if (part.Length is 0 or > MaximumPart || part[0] == '.' || part.ContainsAnyExcept(Characters))
                return $"The object key '{text}' has a part that is empty, longer than {MaximumPart}, begins with a dot, or holds other characters than A-Z a-z 0-9 - _ and dot.";
        }
        return null;
    }
}
