using System.IO.Compression;
using Akashi.Agent.Protocol;

namespace Akashi.Bench;

/// <summary>Real trace lines from the folder <c>shared/data/traces</c> beside the project.</summary>
internal static class Corpus
{
    /// <returns>Lines with their terminators; null when the folder is absent.</returns>
    public static List<byte[]>? Read(int count)
    {
        var folder = Find();
        if (folder is null)
        {
            BenchReport.Note("Left out: the trace corpus (../shared/data/traces) is not beside the project.");
            return null;
        }
        var lines = new List<byte[]>(count);
        foreach (var (_, log) in Logs(folder))
        {
            var rest = log.AsSpan();
            while (rest.Length > 0)
            {
                var end = rest.IndexOf((byte)'\n');
                var length = end < 0 ? rest.Length : end + 1;
                lines.Add(rest[..length].ToArray());
                rest = rest[length..];
                if (lines.Count == count) return lines;
            }
        }
        // A longer run repeats the corpus.
        for (var i = 0; lines.Count < count; i++) lines.Add(lines[i]);
        return lines;
    }

    /// <summary>Each batch's terminal and log; a terminal's one after another, in the order of their sending.</summary>
    public static IEnumerable<(string Tmid, byte[] Log)> Logs(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.zip", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var zip = ZipFile.OpenRead(file);
            using var stream = zip.Entries[0].Open();
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            yield return (BatchName.Parse(Path.GetFileName(file)).Tmid.ToString(), memory.ToArray());
        }
    }

    public static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", "traces");
            if (Directory.Exists(candidate)) return candidate;
        }
        return null;
    }
}
