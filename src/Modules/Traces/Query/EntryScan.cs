using System.Buffers;
using System.Text;
using Akashi.Traces.Store.Columns;

namespace Akashi.Traces.Query;

/// <summary>
/// Finds the entries of a column whose folded text passes a test, where every passing text contains a needle. An ASCII column is lowered
/// as a whole and searched for the needle in one sweep; only entries around a hit are tested.
/// </summary>
/// <param name="needle">Folded; may be empty.</param>
/// <param name="asWritten">The test is about the composed text instead, and so is the needle.</param>
internal sealed class EntryScan(byte[] needle, EntryScan.Test test, bool asWritten = false)
{
    internal delegate bool Test(ReadOnlySpan<byte> text, Folder folder);

    /// <summary>Whether a single value passes.</summary>
    public bool Fits(ReadOnlySpan<byte> value, Folder folder)
    {
        var text = asWritten ? folder.Compose(value) : folder.Fold(value);
        return text.IndexOf(needle) >= 0 && test(text, folder);
    }

    public RowSet Run(ColumnBlock column, Folder folder)
    {
        var found = new RowSet(column.Entries);
        if (needle.Length > 0 && column.IsAscii)
        {
            if (asWritten) Sweep(column, column.Arena, found, folder);
            else SweepLowered(column, found, folder);
        }
        else
        {
            for (var i = 0; i < column.Entries; i++)
            {
                if (Fits(column.Entry(i), folder)) found.Add(i);
            }
        }
        return found;
    }

    private void SweepLowered(ColumnBlock column, RowSet found, Folder folder)
    {
        var arena = column.Arena;
        var buffer = ArrayPool<byte>.Shared.Rent(arena.Length + 1);
        try
        {
            _ = Ascii.ToLower(arena, buffer, out var length);
            Sweep(column, buffer.AsSpan(0, length), found, folder);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Sweep(ColumnBlock column, ReadOnlySpan<byte> texts, RowSet found, Folder folder)
    {
        for (var at = 0; at < texts.Length;)
        {
            var hit = texts[at..].IndexOf(needle);
            if (hit < 0) break;
            var entry = column.EntryAt(at + hit);
            var (start, end) = (column.EntryStart(entry), column.EntryEnd(entry));
            // A hit across the border of two entries is none, and no later one fits into the first of them.
            if (at + hit + needle.Length <= end && test(texts[start..end], folder)) found.Add(entry);
            at = end;
        }
    }
}
