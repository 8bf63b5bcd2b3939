using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Akashi.Platform.Crypto;
using Akashi.Platform.Merkle;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Audit;

/// <summary>What an export proves.</summary>
/// <param name="Entries">Entries that were proven.</param>
/// <param name="First">Leaf index of the first entry; meaningless without entries.</param>
/// <param name="Last">Leaf index of the last.</param>
/// <param name="KeyFingerprint">SHA-256 of the key that signed, as the service shows it.</param>
/// <param name="Findings">What is wrong; empty when the export is sound.</param>
public sealed record AuditExportProof(long Entries, long First, long Last, TenantId? Tenant, TreeHead? Head, string KeyFingerprint, IReadOnlyList<string> Findings)
{
    public bool Sound => Findings.Count == 0;

    /// <summary>No leaf between the first and the last is left out.</summary>
    public bool Gapless => Entries > 0 && Last - First + 1 == Entries;
}

/// <summary>Proves an export without the service. The file is hostile until proven.</summary>
public static class AuditExportFile
{
    private const int MaximumFindings = 100;
    private const int MaximumProof = 64;
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);
    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 128 };

    /// <summary>Hash of the key alone, whatever its PEM looks like.</summary>
    public static string FingerprintOf(string publicKeyPem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(publicKeyPem);
        return Sha256.Of(key.ExportSubjectPublicKeyInfo()).ToString();
    }

    public static async Task<AuditExportProof> VerifyAsync(Stream file, CancellationToken cancellation)
    {
        var findings = new List<string>();
        var lines = new BoundedLines(file, AuditExportFormat.MaximumLine);
        var header = ReadHeader(await lines.NextAsync(cancellation), findings, out var tenant, out var head, out var fingerprint);
        var (entries, first, last) = (0L, 0L, -1L);
        while (header is not null && await lines.NextAsync(cancellation) is { } line)
        {
            if (findings.Count >= MaximumFindings) break;
            var (index, fault) = CheckEntry(line, tenant, head!);
            if (fault is null && entries > 0 && index <= last) fault = $"leaf {index} stands after leaf {last}";
            if (fault is not null)
            {
                findings.Add($"line {lines.Number}: {fault}");
                continue;
            }
            if (entries++ == 0) first = index;
            last = index;
        }
        if (lines.TooLong) findings.Add($"line {lines.Number + 1}: longer than {AuditExportFormat.MaximumLine} bytes");
        if (header is not null && findings.Count == 0 && entries != header.Entries) findings.Add($"the header promises {header.Entries} entries, the file has {entries}");
        return new AuditExportProof(entries, first, last, header is null ? null : tenant, head, fingerprint, findings);
    }

    private static AuditExportHeader? ReadHeader(ReadOnlyMemory<byte>? line, List<string> findings, out TenantId tenant, out TreeHead? head, out string fingerprint)
    {
        (tenant, head, fingerprint) = (default, null, "");
        try
        {
            var header = line is { } text ? JsonSerializer.Deserialize<AuditExportHeader>(text.Span, Format) : null;
            if (header is not { Format: AuditExportFormat.Name, Version: AuditExportFormat.Version, Log: AuditExportFormat.LogName, Root.Length: 2 * Sha256.Size, Signature: not null, PublicKey: not null } || !TenantId.TryParse(header.Tenant, out tenant))
            {
                findings.Add($"line 1 is not the header of an {AuditExportFormat.Name} of version {AuditExportFormat.Version}");
                return null;
            }
            head = new TreeHead(header.Size, new Sha256(Convert.FromHexString(header.Root)), header.SignedAt, header.Signature);
            fingerprint = FingerprintOf(header.PublicKey);
            if (!HeadSigner.Verify(header.PublicKey, tenant, AuditExportFormat.LogName, head)) findings.Add("the signature of the tree head is wrong");
            return header;
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or CryptographicException or NotSupportedException)
        {
            findings.Add($"the header cannot be read: {e.Message}");
            return null;
        }
    }

    private static (long Index, string? Fault) CheckEntry(ReadOnlyMemory<byte> line, TenantId tenant, TreeHead head)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Bounds);
            var root = document.RootElement;
            var index = root.GetProperty("index").GetInt64();
            var entry = root.GetProperty("entry");
            var proof = root.GetProperty("proof");
            if (proof.GetArrayLength() > MaximumProof) return (index, "the proof is too long");
            var path = proof.EnumerateArray().Select(hash => new Sha256(Convert.FromHexString(hash.GetString() ?? ""))).ToList();
            if (entry.GetProperty("tenant").GetString() != tenant.ToString()) return (index, "the entry is of another tenant");
            return MerkleProofs.VerifyInclusion(MerkleTree.LeafHash(Encoding.UTF8.GetBytes(entry.GetRawText())), index, head.Size, path, head.Root)
                ? (index, null)
                : (index, $"the entry is not leaf {index} of the signed log: it was changed, or never was in it");
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            return (-1, $"this is no entry with proof: {e.Message}");
        }
    }
}
