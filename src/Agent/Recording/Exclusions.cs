using System.Text;
using Akashi.Agent.Protocol;

namespace Akashi.Agent.Recording;

/// <summary>What policy leaves out: folders with all below them, and executables with all they start. Always the agent's own folder.</summary>
internal sealed class Exclusions
{
    private readonly byte[][] _paths;
    private readonly HashSet<string> _processes;

    public Exclusions(string ownFolder, AgentPolicy policy)
    {
        _paths = [.. policy.ExcludedPaths.Append(ownFolder).Select(p => Encoding.UTF8.GetBytes(p.TrimEnd('/')))];
        _processes = new HashSet<string>(policy.ExcludedProcesses, StringComparer.Ordinal);
    }

    public bool Process(string path) => _processes.Contains(path);

    /// <param name="path">A file or folder, raw bytes.</param>
    public bool Path(ReadOnlySpan<byte> path)
    {
        foreach (var excluded in _paths)
        {
            if (path.StartsWith(excluded) && (path.Length == excluded.Length || path[excluded.Length] == (byte)'/')) return true;
        }
        return false;
    }
}
