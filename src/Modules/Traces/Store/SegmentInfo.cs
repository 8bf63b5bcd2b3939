using Akashi.Platform.Crypto;

namespace Akashi.Traces.Store;

/// <summary>A finished segment as its catalogue row needs it.</summary>
/// <param name="Days">From the earliest filing day of its rows to the latest.</param>
/// <param name="FileName">Name in the folder that was written to.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="MinTime">Earliest event time; with skewed rows it may lie far from <paramref name="Days"/>.</param>
/// <param name="Digest">SHA-256 of the whole file.</param>
internal sealed record SegmentInfo(Guid Id, DayRange Days, string FileName, long Rows, long Bytes, DateTimeOffset MinTime, DateTimeOffset MaxTime, int FormatVersion, Sha256 Digest);
