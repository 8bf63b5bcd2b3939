using System.Text;

namespace Akashi.Traces.Query;

/// <summary>A folded text that values are compared with.</summary>
internal sealed class FoldedText(string text)
{
    private readonly bool _isAscii = Ascii.IsValid(Folder.Fold(text));

    public byte[] Bytes { get; } = Folder.Fold(text);

    public bool Fits(ReadOnlySpan<byte> value, Folder folder)
    {
        if (_isAscii && value.Length == Bytes.Length && Ascii.EqualsIgnoreCase(value, Bytes)) return true;
        // ASCII folds to ASCII of the same length: only another text could still become equal by folding.
        return !Ascii.IsValid(value) && folder.Fold(value).SequenceEqual(Bytes);
    }
}
