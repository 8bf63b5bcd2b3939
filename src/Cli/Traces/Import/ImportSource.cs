using Akashi.Agent.Protocol;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces.Import;

/// <summary>What lies under the given paths.</summary>
/// <param name="Batches">Files whose names are batch names.</param>
/// <param name="Others">Files that are left out because of their names.</param>
internal sealed record ImportSource(IReadOnlyList<string> Batches, IReadOnlyList<string> Others)
{
    // Links are not followed: they could lead in circles, or out of what was named.
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <exception cref="CommandFailure">A path does not exist.</exception>
    public static ImportSource Find(IEnumerable<string> paths)
    {
        var batches = new List<string>();
        var others = new List<string>();
        foreach (var path in paths)
        {
            if (!Path.Exists(path)) throw new CommandFailure(ExitCodes.BadUsage, Words.Say($"'{path}' does not exist.", $"'{path}' がありません。"));
            foreach (var file in Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", Everything) : [path])
                (BatchName.TryParse(Path.GetFileName(file), out _) ? batches : others).Add(file);
        }
        batches.Sort(StringComparer.Ordinal);
        others.Sort(StringComparer.Ordinal);
        return new ImportSource(batches, others);
    }
}
