using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Akashi.Agent.Protocol;

/// <summary>
/// Name of a batch file: <c>TMID_yyyyMMddHHmmssf-BATCHID.zip</c>, holding exactly one entry <c>yyyyMMddHHmmssf.log</c>.
/// The send time is Japan time (UTC+9) in tenths of a second.
/// </summary>
public readonly record struct BatchName(Tmid Tmid, DateTimeOffset SendTime, BatchId Id)
{
    private const string SendTimeFormat = "yyyyMMddHHmmssf";
    private const int SendTimeLength = 15;
    private const int TotalLength = Tmid.Length + 1 + SendTimeLength + 1 + BatchId.Length + 4;
    private static readonly TimeSpan Japan = TimeSpan.FromHours(9);

    public string EntryName => SendTimeText + ".log";

    public string FileName => $"{Tmid}_{SendTimeText}-{Id}.zip";

    private string SendTimeText => SendTime.ToOffset(Japan).ToString(SendTimeFormat, CultureInfo.InvariantCulture);

    public static BatchName Parse(string fileName) =>
        TryParse(fileName, out var name)
            ? name
            : throw new FormatException($"'{fileName}' is no batch name. Expected TMID_yyyyMMddHHmmssf-<32 letters or digits>.zip.");

    public static bool TryParse([NotNullWhen(true)] string? fileName, out BatchName name)
    {
        name = default;
        if (fileName is not { Length: TotalLength } || fileName[Tmid.Length] != '_'
            || fileName[Tmid.Length + 1 + SendTimeLength] != '-' || !fileName.EndsWith(".zip", StringComparison.Ordinal)) return false;
        if (!Tmid.TryParse(fileName[..Tmid.Length], out var tmid)) return false;
        if (!BatchId.TryParse(fileName.Substring(Tmid.Length + SendTimeLength + 2, BatchId.Length), out var id)) return false;
        if (!DateTime.TryParseExact(fileName.AsSpan(Tmid.Length + 1, SendTimeLength), SendTimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) return false;
        if (local.Year < 1970) return false;
        name = new BatchName(tmid, new DateTimeOffset(local, Japan), id);
        return true;
    }

    public override string ToString() => FileName;
}
