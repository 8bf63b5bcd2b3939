using Akashi.Platform.Calendar;

namespace Akashi.Traces.Store.Format;

/// <summary>Names, numbers and bounds of the segment format; docs/trace-store.md describes it in prose.</summary>
internal static class SegmentFormat
{
    /// <summary>Raised when a reader of the previous version could misread a file; readers keep reading every older version.</summary>
    public const ushort Version = 1;
    public const string FileSuffix = ".seg";

    public const int MaxBlockRows = 4096;
    /// <summary>A block is closed once its lines hold this many bytes, so one longer line is a block of its own.</summary>
    public const int MaxBlockBytes = 4 << 20;
    /// <summary>Lines that would need a further column are kept verbatim.</summary>
    public const int MaxBlockColumns = 256;
    public const int MaxBlockShapes = 4096;
    public const int MaxSegmentKeys = 4096;
    /// <summary>Longest log a segment can take rows from.</summary>
    public const int MaxLogBytes = 256 << 20;
    /// <summary>No chunk decodes to more; checked before memory is taken.</summary>
    public const int MaxChunkBytes = MaxLogBytes + (64 << 20);

    public const int KeyBytes = 32;
    public const int NonceBytes = 12;
    public const int TagBytes = 16;

    public static string FileName(JstDay day, Guid segmentId) => $"{day}_{segmentId:N}{FileSuffix}";
}

/// <summary>Column numbers in the directory and in the authenticated data of each chunk.</summary>
internal static class ColumnIds
{
    public const int Directory = 0;
    public const int Time = 1;
    public const int Meta = 2;
    public const int Shapes = 3;
    public const int Raw = 4;
    public const int Filter = 5;
    /// <summary>Key n of the segment's key table is column FirstKey + n.</summary>
    public const int FirstKey = 16;

    public static string Name(int column, IReadOnlyList<string>? keys = null) => column switch
    {
        Directory => "directory",
        Time => "time",
        Meta => "meta",
        Shapes => "shapes",
        Raw => "raw lines",
        Filter => "filter",
        _ => keys is not null && column - FirstKey < keys.Count ? keys[column - FirstKey] : $"column {column}",
    };
}
