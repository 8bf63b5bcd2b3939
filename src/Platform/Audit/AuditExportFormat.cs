namespace Akashi.Platform.Audit;

/// <summary>
/// An export is lines of JSON. The first is the header; each other holds one entry, in the order of the log: its leaf index, the
/// leaf's very bytes as the member <c>entry</c>, and the inclusion proof under the header's signed head.
/// </summary>
public static class AuditExportFormat
{
    public const string Name = "akashi-audit-export";
    public const int Version = 1;
    public const string LogName = "audit";
    public const string ContentType = "application/jsonl; charset=utf-8";
    public const string FileExtension = ".jsonl";

    /// <summary>A leaf holds at most 16 KB of values before and after each, and every byte may be escaped.</summary>
    public const int MaximumLine = 256 * 1024;
}

/// <summary>First line of an export.</summary>
/// <param name="Entries">How many lines follow.</param>
/// <param name="Size">Leaves under the signed head.</param>
/// <param name="Root">Hash of the tree, hexadecimal.</param>
/// <param name="Signature">ECDSA P-256 over SHA-256, see docs/platform/audit.md.</param>
/// <param name="PublicKey">PEM. It proves nothing by itself: compare its fingerprint with the one that the service shows.</param>
public sealed record AuditExportHeader(
    string Format, int Version, string Tenant, string Log, long Entries, long Size, string Root, DateTimeOffset SignedAt, byte[] Signature, string PublicKey);
