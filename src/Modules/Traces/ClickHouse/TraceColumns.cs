using System.Text;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// Keys that have a column of their own. A value stands there as written, if its key occurs once in the line and it is ASCII: then what ClickHouse's
/// <c>lower</c> makes of it is what folding makes of it. Every other occurrence stands in the three lists: folded key, folded value, value as written.
/// </summary>
internal static class TraceColumns
{
    /// <summary>Bit of the column <c>has</c> that tells that the line is not all ASCII; the bits before it tell which columns are there (a value may be empty).</summary>
    public const int NotAsciiBit = 63;

    /// <summary>In the order of their bits: only ever added to, at the end, with a migration.</summary>
    public static readonly IReadOnlyList<string> Keys =
    [
        .. ("loc type os profile evt subEvt com domain tmid csid ip mac usr usrDomain sn lv rf sessionID srcCom rcCom rcIP cliCom cliUsr psGUID psPath parentPath tpsPath psID "
            + "parentGUID psUser psDomain api tpsGUID cmd shCmd path entry valStr dstHost url evtMsg cmdType drvType hide md5 sha1 sha256 company copyright fileDesc fileVer product signer "
            + "channel evtSrc evtID evtRecID srcIP dstIP srcPort dstPort valType size").Split(' '),
    ];

    private static readonly FoldedText[] Folded = [.. Keys.Select(key => new FoldedText(key))];
    private static readonly Dictionary<string, int> Places = Folded.Index().ToDictionary(key => Encoding.UTF8.GetString(key.Item.Bytes), key => key.Index, StringComparer.Ordinal);
    private static readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Lookup = Places.GetAlternateLookup<ReadOnlySpan<char>>();

    public static string Name(int place) => "f_" + Keys[place];

    /// <param name="folded">The folded name of a field.</param>
    /// <returns>Its place among the keys; −1 when it has no column.</returns>
    public static int PlaceOf(ReadOnlySpan<byte> folded)
    {
        if (folded.Length > LineParser.MaxKeyBytes) return -1;
        Span<char> characters = stackalloc char[LineParser.MaxKeyBytes];
        return Lookup.TryGetValue(characters[..Encoding.Latin1.GetChars(folded, characters)], out var place) ? place : -1;
    }
}
