using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Platform.Calendar;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.ClickHouse;

/// <summary>Lines as rows in ClickHouse's RowBinary. One thread uses it.</summary>
internal sealed class RowWriter(TenantId tenant, long load, int keep)
{
    /// <summary>In the order in which they are written.</summary>
    public static readonly string Columns =
        $"keep, day, tenant, tmid, time, batch, number, load, received, zone, flags, ending, line, words, has, keys, vals, raws, {string.Join(", ", TraceColumns.Keys.Select((_, place) => TraceColumns.Name(place)))}";

    private readonly byte[] _tenant = Encoding.ASCII.GetBytes(tenant.ToString());
    private readonly ParsedLine _parsed = new();
    private readonly Folder _folder = new();
    private readonly ByteWriter _words = new();
    private readonly List<(int Field, byte[] Key, byte[] Value)> _listed = [];
    private readonly int[] _places = new int[LineParser.MaxFields];
    private readonly int[] _cells = new int[TraceColumns.Keys.Count];

    /// <param name="wanted">Lines of other days are left out.</param>
    public void Write(BatchName batch, DateTimeOffset received, int number, ReadOnlySpan<byte> line, LineEnd end, HashSet<JstDay> wanted, ByteWriter to)
    {
        var flags = LineParser.Parse(line, _parsed);
        var parsed = flags == LineFlags.None;
        var (day, skewed) = parsed ? FilingDay.Of(_parsed.Time, received) : new FilingDay(JstDay.Of(received), false);
        if (!wanted.Contains(day)) return;
        if (skewed) flags |= LineFlags.Skewed;
        to.UInt16((ushort)keep);
        to.Int32(day.Date.DayNumber);
        Text(to, _tenant);
        Text(to, batch.Tmid.ToString());
        to.Int64(parsed ? _parsed.Time.UnixMilliseconds : received.ToUnixTimeMilliseconds());
        Text(to, batch.Id.ToString());
        to.Int32(number);
        to.Int64(load);
        to.Int64(received.UtcTicks);
        to.UInt16(unchecked((ushort)(parsed ? _parsed.Time.OffsetMinutes : (short)JstDay.Offset.TotalMinutes)));
        to.Byte((byte)flags);
        to.Byte((byte)end);
        Text(to, line);
        WriteFields(line, parsed, to);
    }

    private void WriteFields(ReadOnlySpan<byte> line, bool parsed, ByteWriter to)
    {
        _words.Clear();
        _listed.Clear();
        Array.Fill(_cells, -1);
        var has = Ascii.IsValid(line) ? 0UL : 1UL << TraceColumns.NotAsciiBit;
        if (parsed) has |= Divide(line);
        else AddWords(_folder.Fold(UnparsedText.Of(line)));
        Text(to, _words.Written);
        to.Int64(unchecked((long)has));
        to.Varint(_listed.Count);
        foreach (var (_, key, _) in _listed) Text(to, key);
        to.Varint(_listed.Count);
        foreach (var (_, _, value) in _listed) Text(to, value);
        to.Varint(_listed.Count);
        foreach (var (field, _, _) in _listed) Text(to, _parsed.Value(line, _parsed.Fields[field]));
        foreach (var field in _cells)
        {
            if (field < 0) to.Varint(0);
            else Text(to, _parsed.Value(line, _parsed.Fields[field]));
        }
    }

    /// <summary>Says of each field whether it stands in a column or in the lists, and gathers the words.</summary>
    /// <returns>A bit for each column that is there.</returns>
    private ulong Divide(ReadOnlySpan<byte> line)
    {
        var (seen, notPlain) = (0UL, 0UL);
        foreach (var (index, field) in Indexed())
        {
            var place = _places[index] = TraceColumns.PlaceOf(_folder.Fold(ParsedLine.Key(line, field)));
            var value = _parsed.Value(line, field);
            AddWords(_folder.Fold(value));
            if (place < 0) continue;
            var bit = 1UL << place;
            if ((seen & bit) != 0 || !Ascii.IsValid(value)) notPlain |= bit;
            seen |= bit;
        }
        var has = seen & ~notPlain;
        foreach (var (index, field) in Indexed())
        {
            if (_places[index] is >= 0 and var place && (has & 1UL << place) != 0) _cells[place] = index;
            else _listed.Add((index, _folder.Fold(ParsedLine.Key(line, field)).ToArray(), _folder.Fold(_parsed.Value(line, field)).ToArray()));
        }
        return has;
    }

    private IEnumerable<(int Index, FieldRange Field)> Indexed()
    {
        for (var index = 0; index < _parsed.Count; index++) yield return (index, _parsed.Fields[index]);
    }

    /// <summary>Of each value <c> one two three </c>, so that words one after another are a part of it, and a line feed so that they never are across values.</summary>
    private void AddWords(ReadOnlySpan<byte> folded)
    {
        var words = new Words(folded);
        if (!words.MoveNext()) return;
        do
        {
            _words.Byte((byte)' ');
            _words.Bytes(words.Current);
        }
        while (words.MoveNext());
        _words.Bytes(" \n"u8);
    }

    private static void Text(ByteWriter to, string ascii) => Text(to, Encoding.ASCII.GetBytes(ascii));

    private static void Text(ByteWriter to, ReadOnlySpan<byte> bytes)
    {
        to.Varint(bytes.Length);
        to.Bytes(bytes);
    }
}
