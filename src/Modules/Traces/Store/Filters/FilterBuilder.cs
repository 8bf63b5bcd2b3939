using Akashi.Traces.Lines;
using Akashi.Traces.Query;

namespace Akashi.Traces.Store.Filters;

/// <summary>Collects the hashes of one block and makes its filter. Reused from block to block.</summary>
internal sealed class FilterBuilder(ulong seed)
{
    private readonly HashSet64 _hashes = new();
    private readonly Folder _folder = new();
    private readonly ParsedLine _parsed = new();
    private readonly Folder _keyFolder = new();

    public void Clear() => _hashes.Clear();

    public void AddValue(ulong keyHash, ReadOnlySpan<byte> value)
    {
        var folded = _folder.Fold(value);
        if (!Words.IsOne(folded)) _hashes.Add(FilterHash.Value(folded, keyHash));
        AddWords(folded);
    }

    public ulong KeyHash(ReadOnlySpan<byte> key) => FilterHash.Key(_keyFolder.Fold(key), seed);

    /// <summary>A line kept verbatim: its fields when it can be parsed, else its words.</summary>
    public void AddLine(ReadOnlySpan<byte> line)
    {
        if (LineParser.Parse(line, _parsed) != LineFlags.None)
        {
            AddWords(_folder.Fold(UnparsedText.Of(line)));
            return;
        }
        foreach (ref readonly var field in _parsed.Fields) AddValue(KeyHash(ParsedLine.Key(line, field)), _parsed.Value(line, field));
    }

    public byte[] Build()
    {
        var filter = new byte[BloomFilter.Size(_hashes.Count)];
        foreach (var hash in _hashes.Items) BloomFilter.Add(filter, hash);
        return filter;
    }

    private void AddWords(ReadOnlySpan<byte> folded)
    {
        var words = new Words(folded);
        while (words.MoveNext()) _hashes.Add(FilterHash.Word(words.Current, seed));
    }
}
