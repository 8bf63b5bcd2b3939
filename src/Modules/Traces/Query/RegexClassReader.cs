namespace Akashi.Traces.Query;

/// <summary>Reads a class: characters, ranges and sets named by escapes. Subtraction is refused, as are characters outside of the basic plane.</summary>
internal sealed class RegexClassReader(string text)
{
    /// <param name="at">Behind the opening bracket; moved behind the closing one.</param>
    public RegexClass Read(ref int at)
    {
        var start = at - 1;
        var items = new List<RegexClassItem>();
        var negated = at < text.Length && text[at] == '^';
        if (negated) at++;
        for (var first = true; ; first = false)
        {
            if (at == text.Length) throw Refuse(QueryError.RegexInvalid, start, "\\[");
            if (text[at] == ']' && !first) break;
            items.Add(Item(ref at));
        }
        at++;
        return new RegexClass(negated, items, start);
    }

    private RegexClassItem Item(ref int at)
    {
        var start = at;
        if (text.AsSpan(at).StartsWith("-[")) throw Refuse(QueryError.RegexUnsupported, at, "\\-\\[");
        var named = One(ref at, out var low);
        var isRange = at + 1 < text.Length && text[at] == '-' && text[at + 1] != ']';
        if (isRange && text[at + 1] == '[') throw Refuse(QueryError.RegexUnsupported, at, "\\[");
        if (named is not null) return isRange ? throw Refuse(QueryError.RegexInvalid, start) : new RegexClassItem(named, default, default);
        if (!isRange) return new RegexClassItem(null, low, low);
        at++;
        if (One(ref at, out var high) is not null || high < low) throw Refuse(QueryError.RegexInvalid, start);
        return new RegexClassItem(null, low, high);
    }

    private string? One(ref int at, out char character)
    {
        character = text[at++];
        if (char.IsSurrogate(character)) throw Refuse(QueryError.RegexUnsupported, at - 1);
        return character == '\\' ? RegexEscape.Read(text, ref at, out character, inClass: true) : null;
    }

    private static RegexRefusedException Refuse(string id, int index, string? fix = null) => new(new RegexRefusal(id, index, fix));
}
