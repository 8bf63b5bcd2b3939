using System.Text.Json;
using Akashi.Agent.Protocol;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Tenancy;

namespace Akashi.Traces.Archive;

/// <summary>
/// What is known of an archived batch. Its bytes stand in the clear before the encrypted zip and are the leaf of the Merkle log,
/// so that manifests can be rebuilt and proven from the objects alone.
/// </summary>
/// <param name="CollectedAt">When the terminal sent it: the receive time, for imports the send time in the name.</param>
internal sealed record ArchiveHeader(
    TenantId Tenant,
    BatchName Name,
    Sha256 Digest,
    long ZipBytes,
    long LogBytes,
    long Lines,
    string Source,
    DateTimeOffset ReceivedAt,
    DateTimeOffset CollectedAt)
{
    private const int Version = 1;

    /// <summary>The form on disk; an older version stays readable.</summary>
    private sealed record Stored(int Version, string Tenant, string Name, string Sha256, long ZipBytes, long LogBytes, long Lines, string Source, DateTimeOffset ReceivedAt, DateTimeOffset CollectedAt);

    public JstDay CollectionDay => JstDay.CollectionDayOf(CollectedAt);

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(new Stored(
        Version, Tenant.ToString(), Name.FileName, Digest.ToString(), ZipBytes, LogBytes, Lines, Source, ReceivedAt.ToUniversalTime(), CollectedAt.ToUniversalTime()));

    /// <exception cref="InvalidDataException">The bytes are no header.</exception>
    public static ArchiveHeader Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var stored = JsonSerializer.Deserialize<Stored>(bytes);
            if (stored is not { Version: Version } || !TenantId.TryParse(stored.Tenant, out var tenant))
                throw new InvalidDataException($"The archive header has version {stored?.Version}; this program reads version {Version}.");
            return new ArchiveHeader(tenant, BatchName.Parse(stored.Name), new Sha256(Convert.FromHexString(stored.Sha256)),
                stored.ZipBytes, stored.LogBytes, stored.Lines, stored.Source, stored.ReceivedAt, stored.CollectedAt);
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"The archive header is damaged: {e.Message}", e);
        }
    }
}
