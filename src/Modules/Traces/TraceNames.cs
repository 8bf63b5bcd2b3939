namespace Akashi.Traces;

/// <summary>Names on disk, of keys and of logs.</summary>
internal static class TraceNames
{
    /// <summary>Folder of archived batches inside a tenant's objects.</summary>
    public const string ArchiveFolder = "archive";

    public const string ArchiveExtension = ".akb";

    /// <summary>Purpose of a segment's key.</summary>
    public const string SegmentKeyPurpose = "trace-segment";

    /// <summary>Name of the Merkle log in signed heads.</summary>
    public const string MerkleLog = "traces";

    public const string SourceAgent = "agent";
    public const string SourceImport = "import";
}
