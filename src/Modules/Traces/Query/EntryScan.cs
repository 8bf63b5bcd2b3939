using System.Buffers;
using System.Text;
using Akashi.Traces.Store.Columns;

namespace Akashi.Traces.Query;

/// <summary>
/// Finds the entries of a column whose folded text passes a test, where every passing text contains a needle. An ASCII column is lowered
/// as a whole and searched for the needle in one sweep; only entries around a hit are tested.
/// </summary>
/// <param name="needle">Folded; may be empty.</param>
internal sealed class EntryScan(byte[] needle, EntryScan.Test test)
{
    internal delegate bool Test(ReadOnlySpan<byte> folded);

    public RowSet Run(ColumnBlock column, Folder folder)
    {
        var found = new RowSet(column.Entries);
        if (needle.Length > 0 && column.IsAscii) Sweep(column, found);
        else
        {
            for (var i = 0; i < column.Entries; i++)
            {
                if (test(folder.Fold(column.Entry(i)))) found.Add(i);
            }
        }
        return found;
    }

    private void Sweep(ColumnBlock column, RowSet found)
    {
        var arena = column.Arena;
        var buffer = ArrayPool<byte>.Shared.Rent(arena.Length + 1);
        try
        {
            _ = Ascii.ToLower(arena, buffer, out var length);
            var lower = buffer.AsSpan(0, length);
            for (var at = 0; at < length;)
            {
                var hit = lower[at..].IndexOf(needle);
                if (hit < 0) break;
                var entry = column.EntryAt(at + hit);
                var (start, end) = (column.EntryStart(entry), column.EntryEnd(entry));
                // A hit across the border of two entries is none, and no later one fits into the first of them.
                if (at + hit + needle.Length <= end && test(lower[start..end])) found.Add(entry);
                at = end;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
