using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Writing;

namespace Akashi.Traces.Store.Filters;

/// <summary>Collects the hashes of what one block can be found by. Reused from block to block.</summary>
internal sealed class BlockTerms(KeyTable keys, ulong seed)
{
    private readonly HashSet64 _terms = new();
    private readonly HashSet64 _texts = new();
    private readonly HashSet64 _pieces = new();
    private readonly Folder _folder = new();
    private readonly Folder _keyFolder = new();
    private readonly ParsedLine _parsed = new();
    private readonly List<ulong> _keyHashes = [];
    private readonly Dictionary<int, int> _chunks = [];
    private bool _hasDigests;

    /// <param name="chunks">Of the block, as they were written; those whose digests are left out are marked.</param>
    public ReadOnlySpan<ulong> Of(BlockBuilder block, Span<ChunkEntry> chunks)
    {
        _terms.Clear();
        _texts.Clear();
        _pieces.Clear();
        _chunks.Clear();
        for (var i = 0; i < chunks.Length; i++) _chunks[chunks[i].Column] = i;
        foreach (var key in block.Keys)
        {
            // Columns of integers have ranges that tell what they hold.
            if (_chunks.TryGetValue(ColumnIds.Codes(key), out var codes) && chunks[codes].Ranges is not null) continue;
            var column = block.ColumnOf(key);
            var keyHash = KeyHash(key);
            var entries = _chunks.GetValueOrDefault(ColumnIds.Entries(key), -1);
            _hasDigests = false;
            for (var i = 0; i < column.Distinct; i++) AddValue(keyHash, column.Entry(i), mayShorten: entries >= 0);
            if (_hasDigests) chunks[entries] = chunks[entries] with { HasDigests = true };
        }
        for (var i = 0; i < block.Raw.Distinct; i++) AddLine(block.Raw.Entry(i));
        return _terms.Items;
    }

    private void AddValue(ulong keyHash, ReadOnlySpan<byte> value, bool mayShorten)
    {
        var folded = _folder.Fold(value);
        if (mayShorten && TermHash.IsDigest(folded))
        {
            _hasDigests = true;
            _terms.Add(TermHash.Word(folded, seed));
            _terms.Add(TermHash.Start(folded, seed));
            return;
        }
        if (TermHash.HasWhole(folded)) _terms.Add(TermHash.Value(folded, keyHash));
        // The same text under another key, as of a process and its parent, has the same words.
        if (_texts.TryAdd(FastHash.Of(folded, seed))) AddText(folded);
    }

    /// <summary>A line kept verbatim: its fields when it can be parsed, else its words.</summary>
    private void AddLine(ReadOnlySpan<byte> line)
    {
        if (LineParser.Parse(line, _parsed) != LineFlags.None)
        {
            AddText(_folder.Fold(UnparsedText.Of(line)));
            return;
        }
        foreach (ref readonly var field in _parsed.Fields) AddValue(TermHash.Key(_keyFolder.Fold(ParsedLine.Key(line, field)), seed), _parsed.Value(line, field), mayShorten: false);
    }

    /// <summary>Word by word, each with what stands before the next one: texts of one kind share most of such pieces, and a piece is looked at once a block.</summary>
    private void AddText(ReadOnlySpan<byte> folded)
    {
        var words = new Words(folded);
        if (folded.Length < Grams.WindowBytes)
        {
            while (words.MoveNext()) _terms.Add(TermHash.Word(words.Current, seed));
            Grams.Add(folded, seed, _terms);
            return;
        }
        var (start, word) = (0, 0);
        while (words.MoveNext())
        {
            AddPiece(folded, start, words.Start, word);
            (start, word) = (words.Start, words.Length);
        }
        AddPiece(folded, start, folded.Length, word);
    }

    /// <param name="word">Length of the word that it begins with; 0 for none.</param>
    private void AddPiece(ReadOnlySpan<byte> folded, int start, int end, int word)
    {
        // The bytes behind it decide about stretches, too.
        var known = folded[start..Math.Min(folded.Length, end + Grams.WindowBytes - 1)];
        if (start == end || !_pieces.TryAdd(FastHash.Of(known, seed ^ (ulong)(end - start)))) return;
        if (word > 0) _terms.Add(TermHash.Word(folded.Slice(start, word), seed));
        Grams.AddBetween(folded, start, end, seed, _terms);
    }

    private ulong KeyHash(int key)
    {
        while (_keyHashes.Count <= key) _keyHashes.Add(TermHash.Key(_keyFolder.Fold(keys[_keyHashes.Count]), seed));
        return _keyHashes[key];
    }
}
