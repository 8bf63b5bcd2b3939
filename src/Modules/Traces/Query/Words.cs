using System.Text;

namespace Akashi.Traces.Query;

/// <summary>The words of a folded text in order: maximal runs of letters and digits (Unicode categories L and Nd).</summary>
internal ref struct Words(ReadOnlySpan<byte> folded)
{
    private static readonly bool[] AsciiWord = MakeAsciiWord();
    private readonly ReadOnlySpan<byte> _folded = folded;
    private int _at;

    public int Start { get; private set; }

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Current => _folded.Slice(Start, Length);

    public bool MoveNext()
    {
        var text = _folded;
        while (_at < text.Length && !IsWordAt(text, _at, out var skip)) _at += skip;
        if (_at == text.Length) return false;
        Start = _at;
        while (_at < text.Length && IsWordAt(text, _at, out var step)) _at += step;
        Length = _at - Start;
        return true;
    }

    /// <summary>True when the given words stand one after another in the text.</summary>
    public static bool Contain(ReadOnlySpan<byte> folded, ReadOnlySpan<byte[]> phrase)
    {
        var words = new Words(folded);
        while (words.MoveNext())
        {
            if (!words.Current.SequenceEqual(phrase[0])) continue;
            var next = words; // a copy: it looks ahead while the original stays
            var found = 1;
            while (found < phrase.Length && next.MoveNext() && next.Current.SequenceEqual(phrase[found])) found++;
            if (found == phrase.Length) return true;
        }
        return false;
    }

    /// <summary>True when the text is one word and nothing else.</summary>
    public static bool IsOne(ReadOnlySpan<byte> folded)
    {
        var words = new Words(folded);
        return words.MoveNext() && words.Length == folded.Length;
    }

    public static byte[][] Of(string text)
    {
        var list = new List<byte[]>();
        var words = new Words(Folder.Fold(text));
        while (words.MoveNext()) list.Add(words.Current.ToArray());
        return [.. list];
    }

    private static bool IsWordAt(ReadOnlySpan<byte> text, int at, out int bytes)
    {
        bytes = 1;
        var c = text[at];
        if (c < 0x80) return AsciiWord[c];
        _ = Rune.DecodeFromUtf8(text[at..], out var rune, out bytes);
        return Rune.IsLetterOrDigit(rune);
    }

    private static bool[] MakeAsciiWord()
    {
        var word = new bool[128];
        for (var i = 0; i < word.Length; i++) word[i] = char.IsAsciiLetterOrDigit((char)i);
        return word;
    }
}
