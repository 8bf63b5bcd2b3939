using System.Buffers;
using Akashi.Traces.Query;

namespace Akashi.Traces.Store.Columns;

/// <summary>
/// The values of one column of one block, decoded: the distinct ones, and the entry of each occurrence when first asked for. One thread uses it.
/// </summary>
internal sealed class ColumnBlock : IDisposable
{
    private readonly Action<ColumnBlock>? _load;
    private readonly byte[] _printed = [];
    private ColumnValues? _values;
    private int[]? _codes;

    /// <param name="values">Disposed with it, which is nothing to those that serve others, too.</param>
    /// <param name="loadCodes">Calls <see cref="TakeCodes"/>; null when codes are not needed.</param>
    public ColumnBlock(ColumnHead head, ColumnValues values, Action<ColumnBlock>? loadCodes) => (Head, _values, _load) = (head, values, loadCodes);

    /// <summary>A column of integers. They are written out one by one as they are asked for, all of them only for a question about all.</summary>
    /// <exception cref="InvalidDataException">The stream is too short or too long.</exception>
    public ColumnBlock(ColumnHead head, ReadOnlySpan<byte> stream)
    {
        Head = head;
        if (head.Count > stream.Length) throw new InvalidDataException($"{head.Count} integers do not fit.");
        Numbers = new long[head.Count];
        _printed = new byte[IntegerStream.LongestText];
        IntegerStream.Read(new Format.ByteReader(stream), Numbers);
    }

    public ColumnHead Head { get; }

    /// <summary>Of a column of integers: the number of each occurrence.</summary>
    public long[]? Numbers { get; }

    /// <summary>Occurrences.</summary>
    public int Count => Head.Count;

    public int Entries => Head.Entries;

    /// <summary>All entries, one after another.</summary>
    public ReadOnlySpan<byte> Arena => Values.Arena;

    public bool IsAscii => Numbers is not null || Values.IsAscii;

    /// <summary>Every occurrence has an entry of its own, at the same index.</summary>
    public bool IsPlain => Head.Encoding is ColumnEncoding.Plain or ColumnEncoding.Integers;

    public bool IsConstant => Head.Encoding == ColumnEncoding.Constant;

    /// <summary>The entry of each occurrence, of columns that are neither plain nor constant.</summary>
    public ReadOnlySpan<int> Codes
    {
        get
        {
            if (_codes is null) _load!(this);
            return _codes.AsSpan(0, Count);
        }
    }

    private ColumnValues Values => _values ??= new ColumnValues(Numbers!);

    public int EntryStart(int entry) => Values.Start(entry);

    public int EntryEnd(int entry) => Values.End(entry);

    /// <summary>Valid until the next is asked for.</summary>
    public ReadOnlySpan<byte> Entry(int entry) => _values is not null ? _values[entry] : _printed.AsSpan(0, IntegerStream.Print(Numbers![entry], _printed));

    /// <summary>The entry whose arena range contains a position.</summary>
    public int EntryAt(int position) => Values.At(position);

    public int Code(int occurrence) => IsPlain ? occurrence : IsConstant ? 0 : Codes[occurrence];

    public ReadOnlySpan<byte> Value(int occurrence) => Entry(Code(occurrence));

    /// <summary>Adds the occurrences that have one of the given entries.</summary>
    public void Select(RowSet entries, RowSet occurrences)
    {
        if (IsPlain) occurrences.UnionWith(entries);
        else if (IsConstant)
        {
            if (entries[0]) occurrences.Fill();
        }
        else
        {
            var codes = Codes;
            for (var i = 0; i < codes.Length; i++)
            {
                if (entries[codes[i]]) occurrences.Add(i);
            }
        }
    }

    /// <summary>Lends an array of <see cref="Count"/> codes or more from the shared pool.</summary>
    public void TakeCodes(int[] codes) => _codes = codes;

    public void Dispose()
    {
        _values?.Dispose();
        if (_codes is not null) ArrayPool<int>.Shared.Return(_codes);
        (_values, _codes) = (null, null);
    }
}
