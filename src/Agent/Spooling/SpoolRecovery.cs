using Akashi.Agent.Protocol;
using Akashi.Durability;

namespace Akashi.Agent.Spooling;

/// <summary>What the last run left behind.</summary>
/// <param name="NextNumber">Number of the next line.</param>
/// <param name="Batches">Batch files that wait to be sent, oldest first.</param>
internal sealed record SpoolRecovery(long NextNumber, IReadOnlyList<string> Batches)
{
    /// <summary>
    /// Finishes what a crash interrupted: segments become batches, a torn last line is cut and its number given again. A segment whose batch
    /// file exists is only removed.
    /// </summary>
    public static SpoolRecovery Run(string folder, Tmid tmid)
    {
        DurableFile.CreateFolder(folder);
        DurableFile.DeleteTemporaries(folder);
        var next = 1L;
        foreach (var path in Directory.EnumerateFiles(folder, "*" + SegmentFile.Extension).Order(StringComparer.Ordinal))
        {
            if (!SegmentFile.TryParse(path, out var first, out var batch)) continue;
            var content = File.ReadAllBytes(path);
            var intact = SegmentReader.Read(content, first);
            next = Math.Max(next, first + intact.Lines);
            if (intact.Lines > 0 && !HasBatch(folder, batch)) BatchFile.Write(folder, tmid, batch, path, intact.Length, SegmentReader.Time(content.AsSpan(intact.LastLineStart)));
        }
        return new SpoolRecovery(next, Waiting(folder));
    }

    /// <summary>Removes the old segments once the next one exists under the next number: the numbering is never without a file that holds it.</summary>
    public static void RemoveSegments(string folder, string except)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*" + SegmentFile.Extension))
        {
            if (path != except) File.Delete(path);
        }
        DurableFile.SyncFolder(folder);
    }

    private static bool HasBatch(string folder, BatchId id) => Directory.EnumerateFiles(folder, $"*-{id}.zip").Any();

    private static List<string> Waiting(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.zip").Where(path => BatchName.TryParse(Path.GetFileName(path), out _)).OrderBy(path => BatchName.Parse(Path.GetFileName(path)).SendTime)];
}
