using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Akashi.Platform.Objects;

namespace Akashi.Platform.Backup;

/// <summary>What one run wrote. The first of a generation holds the database whole; later ones the changes since (write-ahead log).</summary>
/// <param name="Generation">Instant of the generation's first run, UTC, for example <c>20261121T173000Z</c>.</param>
/// <param name="Run">0 for the first.</param>
/// <param name="Database">The base backup; null in later runs.</param>
/// <param name="Log">Segments of the write-ahead log, oldest first.</param>
/// <param name="Settings">Small files of the data folder.</param>
/// <param name="Files">List of all immutable files at the time of the run.</param>
/// <param name="LastSegment">The log is needed from the segment after this one on; null when there is no log to go on with.</param>
public sealed record BackupManifest(
    int Version, string Generation, int Run, DateTimeOffset MadeAt, BackupEntry? Database, IReadOnlyList<BackupEntry> Log, IReadOnlyList<BackupEntry> Settings, BackupEntry Files, long FileCount, long FileBytes, string? LastSegment)
{
    public const int CurrentVersion = 1;
    private const string Folder = "generations";

    public static readonly ObjectKey Root = new(Folder);

    public IEnumerable<BackupEntry> Entries => [.. Database is null ? [] : new[] { Database }, .. Log, .. Settings, Files];

    public static string NameOf(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    public static ObjectKey KeyOf(string generation, int run, string name) => ObjectKey.Of(Folder, generation, string.Create(CultureInfo.InvariantCulture, $"{run:D4}-{name}.akb"));

    internal Task<BackupEntry> WriteAsync(BackupPlace place, CancellationToken cancellation) =>
        place.WriteAsync(KeyOf(Generation, Run, "manifest"), new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(this)), cancellation);

    /// <summary>All runs of all generations, oldest first. A run without a manifest was interrupted and does not count.</summary>
    internal static async Task<IReadOnlyList<BackupManifest>> ReadAllAsync(BackupPlace place, CancellationToken cancellation)
    {
        var found = new List<BackupManifest>();
        await foreach (var entry in place.Store.AllAsync(Root, cancellation))
        {
            if (!entry.Key.ToString().EndsWith("-manifest.akb", StringComparison.Ordinal)) continue;
            BackupManifest? manifest = null;
            await place.ReadAsync(new BackupEntry(entry.Key.ToString(), entry.Bytes, ""), async stream => manifest = await JsonSerializer.DeserializeAsync<BackupManifest>(stream, cancellationToken: cancellation), cancellation);
            if (manifest is not { Version: CurrentVersion }) throw new BackupException($"'{entry.Key}' has version {manifest?.Version}; this program reads version {CurrentVersion}.");
            found.Add(manifest);
        }
        return found;
    }

    /// <summary>The list of immutable files: a line each, compressed.</summary>
    internal static async Task<MemoryStream> ListAsync(IEnumerable<BackupEntry> files)
    {
        var memory = new MemoryStream();
        await using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true))
        await using (var writer = new StreamWriter(gzip, Encoding.ASCII))
            foreach (var file in files) await writer.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{file.Sha256} {file.Bytes} {file.Key}\n"));
        memory.Position = 0;
        return memory;
    }

    internal async Task<IReadOnlyDictionary<string, BackupEntry>> ReadFilesAsync(BackupPlace place, CancellationToken cancellation)
    {
        var files = new Dictionary<string, BackupEntry>(StringComparer.Ordinal);
        await place.ReadAsync(Files, async stream =>
        {
            await using var gzip = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            using var reader = new StreamReader(gzip, Encoding.ASCII);
            while (await reader.ReadLineAsync(cancellation) is { } line)
            {
                var parts = line.Split(' ', 3);
                files[parts[2]] = new BackupEntry(parts[2], long.Parse(parts[1], CultureInfo.InvariantCulture), parts[0]);
            }
        }, cancellation);
        return files;
    }
}
