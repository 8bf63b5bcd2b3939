using Akashi.Platform.Merkle;

namespace Akashi.Traces;

/// <summary>Names on disk, of keys and of logs.</summary>
internal static class TraceNames
{
    /// <summary>Folder of archived batches inside a tenant's objects.</summary>
    public const string ArchiveFolder = "archive";

    public const string ArchiveExtension = ".akb";

    /// <summary>Purpose of a segment's key.</summary>
    public const string SegmentKeyPurpose = "trace-segment";

    public static readonly MerkleLogTables MerkleLog = new("traces", "traces.log_head", "traces.signed_head", "batches");

    public const string SourceAgent = "agent";
    public const string SourceImport = "import";

    /// <summary>In the audit log.</summary>
    public const string ImportAction = "traces.import";

    public const string ExportAction = "traces.export";

    public const string RebuildAction = "traces.rebuild";
}
