using System.Globalization;
using System.Text;
using Akashi.Traces.Lines;

namespace Akashi.Bench.Traces.Rows;

/// <summary>What a column holds; text unless the format says number.</summary>
internal enum ColumnType { Text, Small, Medium, Large }

/// <param name="Repeats">Few different values: worth a dictionary.</param>
/// <param name="IsFree">Free text, in which people look for words and parts.</param>
internal sealed record TraceColumn(string Key, ColumnType Type, bool Repeats, bool IsFree = false);

/// <summary>
/// Lines as tab-separated rows for peers that are fed parsed: tenant, time in seconds, milliseconds, offset, then one column a key. An absent key and
/// an empty value become the same there, and what no column is for is lost: the peers keep less than a line.
/// </summary>
internal sealed class TraceColumns
{
    public const string Leading = "tenant, ts, ms, tz";

    public static readonly IReadOnlyList<TraceColumn> All =
    [
        .. Texts("loc type os profile evt subEvt com domain tmid csid ip mac usr usrDomain"), new("sn", ColumnType.Medium, false), new("lv", ColumnType.Small, false), new("rf", ColumnType.Small, false),
        new("sessionID", ColumnType.Medium, false), .. Texts("srcCom rcCom rcIP cliCom cliUsr"), .. Texts("psGUID"), .. FreeTexts("psPath parentPath tpsPath"), new("psID", ColumnType.Medium, false),
        .. Texts("parentGUID psUser psDomain api tpsGUID"), .. FreeTexts("cmd shCmd path entry valStr dstHost url"), new("evtMsg", ColumnType.Text, Repeats: false, IsFree: true), .. Texts("cmdType drvType"), new("hide", ColumnType.Small, false),
        .. Texts("md5 sha1 sha256 company copyright fileDesc fileVer product signer"), .. Texts("channel evtSrc"), new("evtID", ColumnType.Medium, false), new("evtRecID", ColumnType.Large, false),
        .. Texts("srcIP dstIP"), new("srcPort", ColumnType.Medium, false), new("dstPort", ColumnType.Medium, false), .. Texts("valType winTitle"), new("size", ColumnType.Large, false),
    ];

    public static readonly IReadOnlyList<string> FreeTextKeys = [.. All.Where(column => column.IsFree).Select(column => column.Key)];

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _places = All.Index().ToDictionary(item => item.Item.Key, item => item.Index, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly ParsedLine _parsed = new();
    private readonly FieldRange[] _found = new FieldRange[All.Count];

    public void Write(ReadOnlySpan<byte> log, Stream to)
    {
        while (log.Length > 0)
        {
            var length = log.IndexOf((byte)'\n');
            WriteRow(log[..length], to);
            log = log[(length + 1)..];
        }
    }

    private void WriteRow(ReadOnlySpan<byte> line, Stream to)
    {
        if (LineParser.Parse(line, _parsed) != LineFlags.None) throw new InvalidDataException($"A made line cannot be parsed: {Encoding.UTF8.GetString(line)}");
        Array.Clear(_found);
        Span<char> key = stackalloc char[LineParser.MaxKeyBytes];
        foreach (ref readonly var field in _parsed.Fields)
        {
            if (_places.TryGetValue(key[..Encoding.Latin1.GetChars(ParsedLine.Key(line, field), key)], out var place)) _found[place] = field;
        }
        var time = _parsed.Time;
        Span<byte> head = stackalloc byte[64];
        System.Text.Unicode.Utf8.TryWrite(head, CultureInfo.InvariantCulture, $"1\t{time.UnixMilliseconds / 1000}\t{time.UnixMilliseconds % 1000}\t{time.OffsetMinutes}", out var written);
        to.Write(head[..written]);
        for (var i = 0; i < _found.Length; i++)
        {
            to.WriteByte((byte)'\t');
            var value = _found[i].KeyLength == 0 ? default : _parsed.Value(line, _found[i]);
            if (All[i].Type == ColumnType.Text) WriteText(value, to);
            else to.Write(value.IsEmpty || value.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? "0"u8 : value);
        }
        to.WriteByte((byte)'\n');
    }

    private static void WriteText(ReadOnlySpan<byte> value, Stream to)
    {
        while (value.IndexOf((byte)'\\') is >= 0 and var at)
        {
            to.Write(value[..at]);
            to.Write(@"\\"u8);
            value = value[(at + 1)..];
        }
        to.Write(value); // the format has neither tabs nor line breaks in a value
    }

    private static IEnumerable<TraceColumn> Texts(string keys) => keys.Split(' ').Select(key => new TraceColumn(key, ColumnType.Text, Repeats: true));

    private static IEnumerable<TraceColumn> FreeTexts(string keys) => keys.Split(' ').Select(key => new TraceColumn(key, ColumnType.Text, Repeats: true, IsFree: true));
}
