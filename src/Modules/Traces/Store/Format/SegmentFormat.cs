using Akashi.Platform.Calendar;

namespace Akashi.Traces.Store.Format;

/// <summary>Names, numbers and bounds of the segment format; docs/trace-store.md describes it in prose.</summary>
internal static class SegmentFormat
{
    /// <summary>Raised when a reader of the previous version could misread a file; readers keep reading every older version.</summary>
    public const ushort Version = 3;
    public const string FileSuffix = ".seg";

    public const int MaxBlockRows = 16384;
    /// <summary>A block is closed once its lines hold this many bytes, so one longer line is a block of its own.</summary>
    public const int MaxBlockBytes = 16 << 20;
    /// <summary>Lines that would need a further column are kept verbatim.</summary>
    public const int MaxBlockColumns = 256;
    public const int MaxBlockShapes = 4096;
    public const int MaxSegmentKeys = 4096;
    /// <summary>Longest log a segment can take rows from.</summary>
    public const int MaxLogBytes = 256 << 20;
    /// <summary>No chunk decodes to more; checked before memory is taken.</summary>
    public const int MaxChunkBytes = MaxLogBytes + (64 << 20);

    /// <summary>Of the text that a segment's values are compressed against.</summary>
    public const int MaxDictionaryBytes = 1 << 18;

    public const int KeyBytes = 32;
    public const int NonceBytes = 12;
    public const int TagBytes = 16;

    /// <summary>No segment has lines of more days than these, counted from 0001-01-01 on: what a terminal does again each day is kept once.</summary>
    public const int PeriodDays = 16;

    public static int PeriodOf(JstDay day) => day.Date.DayNumber / PeriodDays;

    public static string FileName(JstDay day, Guid segmentId) => $"{day}_{segmentId:N}{FileSuffix}";
}

/// <summary>Column numbers in the directory and in the authenticated data of each chunk.</summary>
internal static class ColumnIds
{
    public const int Directory = 0;
    public const int Time = 1;
    public const int Meta = 2;
    public const int Shapes = 3;
    public const int Heads = 4;
    public const int IndexPage = 5;
    public const int Dictionary = 6;

    /// <summary>Stands for the lines kept verbatim where others have a key.</summary>
    public const int RawKey = -1;
    private const int First = 16;

    /// <summary>Columns that a block may have, verbatim lines and its own included.</summary>
    public const int Most = First + 2 * (SegmentFormat.MaxBlockColumns + 1);

    /// <summary>The distinct values of key n.</summary>
    public static int Entries(int key) => First + 2 * (key + 1);

    /// <summary>Which value each occurrence of key n has.</summary>
    public static int Codes(int key) => Entries(key) + 1;

    /// <summary>Distinct values, of verbatim lines or of a key: what the segment's dictionary serves.</summary>
    public static bool IsEntries(int column) => column >= First && column % 2 == 0;

    /// <summary>The key that a column of values or codes belongs to.</summary>
    public static int KeyOf(int column) => (column - First) / 2 - 1;

    public static bool IsKnown(int column, int keys) => column is > Directory and <= Dictionary || column >= First && column <= Codes(keys - 1);

    public static string Name(int column, IReadOnlyList<string>? keys = null) => column switch
    {
        Directory => "directory",
        Time => "time",
        Meta => "meta",
        Shapes => "shapes",
        Heads => "columns",
        IndexPage => "index",
        Dictionary => "dictionary",
        First or First + 1 => "raw lines",
        _ => keys is not null && KeyOf(column) < keys.Count ? keys[KeyOf(column)] : $"column {column}",
    };
}
