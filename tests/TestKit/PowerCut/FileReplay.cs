using System.Globalization;

namespace Akashi.TestKit.PowerCut;

/// <summary>
/// What of a folder would be left after a power cut: every write, create and rename that no fsync of its file and its folder covers is
/// gone, the harshest a file system may be. Fed with the calls of a trace in their order.
/// </summary>
public sealed class FileReplay(string root)
{
    private sealed class Node
    {
        /// <summary>Null for files.</summary>
        public Dictionary<string, Node>? Entries { get; init; }

        /// <summary>Entries as of the folder's last fsync.</summary>
        public Dictionary<string, Node> DurableEntries { get; set; } = new(StringComparer.Ordinal);

        public List<(long Offset, long Length)> Written { get; } = [];

        /// <summary>Writes as of the file's last fsync.</summary>
        public IReadOnlyList<(long Offset, long Length)> DurableWrites { get; set; } = [];

        /// <summary>Where its content can be read now that the trace is over.</summary>
        public string FinalPath { get; set; } = "";

        public long Position { get; set; }
    }

    private readonly Node _root = NewFolder(root);

    /// <summary>Grows with every change of what would be left.</summary>
    public long Version { get; private set; }

    /// <summary>A folder that somebody else made before, without an fsync of its parent.</summary>
    public void AddUnsyncedFolder(string path) => MakeFolder(path);

    public void Apply(SystemCall call)
    {
        if (call.Result < 0) return;
        switch (call.Name)
        {
            case "open" or "openat" when call.Arguments.Contains("O_CREAT", StringComparison.Ordinal):
                Create(call.Texts[0], truncate: call.Arguments.Contains("O_TRUNC", StringComparison.Ordinal));
                break;
            case "mkdir" or "mkdirat":
                MakeFolder(call.Texts[0]);
                break;
            case "ftruncate":
                if (FindFile(call.DescriptorPath) is { } cut) cut.Written.Clear();
                break;
            case "pwrite64" or "write":
                Write(call);
                break;
            case "fsync" or "fdatasync":
                Sync(call.DescriptorPath);
                break;
            case "rename" or "renameat" or "renameat2":
                Move(call.Texts[0], call.Texts[1]);
                break;
            case "unlink" or "unlinkat":
                Remove(call.Texts[0]);
                break;
            default:
                if (call.Name is "writev" or "pwritev" or "link" or "linkat" && IsInside(call.DescriptorPath)) throw new NotSupportedException($"The replay knows no {call.Name}.");
                break;
        }
    }

    /// <summary>Files below the root that exist under the given ending now, durable or not.</summary>
    public IEnumerable<string> Existing(string ending) => Walk(_root, root, node => node.Entries ?? []).Where(found => found.Node.Entries is null && found.Path.EndsWith(ending, StringComparison.Ordinal)).Select(found => found.Path);

    /// <summary>Makes what would be left as real files below <paramref name="target"/>, which is emptied before.</summary>
    public void Materialise(string target)
    {
        if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
        Directory.CreateDirectory(target);
        foreach (var (path, node) in Walk(_root, root, node => node.DurableEntries))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(root, path));
            if (node.Entries is not null) Directory.CreateDirectory(copy);
            else CopyDurable(node, copy);
        }
    }

    private static void CopyDurable(Node node, string copy)
    {
        using var to = new FileStream(copy, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        if (node.DurableWrites.Count == 0 || !File.Exists(node.FinalPath)) return;
        using var from = File.OpenRead(node.FinalPath);
        foreach (var (offset, length) in node.DurableWrites)
        {
            var bytes = new byte[length];
            from.Position = to.Position = offset;
            from.ReadExactly(bytes);
            to.Write(bytes);
        }
    }

    private static IEnumerable<(string Path, Node Node)> Walk(Node folder, string path, Func<Node, Dictionary<string, Node>> entries)
    {
        foreach (var (name, node) in entries(folder))
        {
            var below = Path.Combine(path, name);
            yield return (below, node);
            if (node.Entries is null) continue;
            foreach (var found in Walk(node, below, entries)) yield return found;
        }
    }

    private void Create(string path, bool truncate)
    {
        if (Parent(path) is not { } parent) return;
        var name = Path.GetFileName(path);
        if (!parent.Entries!.TryGetValue(name, out var node)) parent.Entries[name] = new Node { FinalPath = path };
        else if (truncate) node.Written.Clear();
    }

    private void MakeFolder(string path)
    {
        if (Parent(path) is { } parent) parent.Entries!.TryAdd(Path.GetFileName(path), NewFolder(path));
    }

    private void Write(SystemCall call)
    {
        if (FindFile(call.DescriptorPath) is not { } node) return;
        var offset = node.Position;
        if (call.Name == "pwrite64") offset = long.Parse(call.Arguments[(call.Arguments.LastIndexOf(',') + 1)..].Trim(), CultureInfo.InvariantCulture);
        else node.Position += call.Result;
        node.Written.Add((offset, call.Result));
    }

    private void Sync(string? path)
    {
        if (path is null || Find(path) is not { } node) return;
        if (node.Entries is null) node.DurableWrites = [.. node.Written];
        else node.DurableEntries = new Dictionary<string, Node>(node.Entries, StringComparer.Ordinal);
        Version++;
    }

    private void Move(string from, string to)
    {
        if (Parent(from) is not { } source || Parent(to) is not { } target || !source.Entries!.Remove(Path.GetFileName(from), out var node)) return;
        target.Entries![Path.GetFileName(to)] = node;
        node.FinalPath = to;
    }

    /// <summary>At once and for good: a removal may reach the disk without any fsync.</summary>
    private void Remove(string path)
    {
        if (Parent(path) is not { } parent) return;
        parent.Entries!.Remove(Path.GetFileName(path));
        if (parent.DurableEntries.Remove(Path.GetFileName(path))) Version++;
    }

    private Node? FindFile(string? path) => path is not null && Find(path) is { Entries: null } file ? file : null;

    private Node? Parent(string path) => Path.GetDirectoryName(path) is { } folder && Find(folder) is { Entries: not null } parent ? parent : null;

    private Node? Find(string path)
    {
        if (!IsInside(path)) return null;
        var node = _root;
        foreach (var name in path[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (node.Entries is null || !node.Entries.TryGetValue(name, out var next)) return null;
            node = next;
        }
        return node;
    }

    private bool IsInside(string? path) => path is not null && (path == root || path.StartsWith(root + "/", StringComparison.Ordinal));

    private static Node NewFolder(string path) => new() { Entries = new Dictionary<string, Node>(StringComparer.Ordinal), FinalPath = path };
}
