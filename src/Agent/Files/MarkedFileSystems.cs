using Akashi.Agent.Kernel;

namespace Akashi.Agent.Files;

/// <param name="Descriptor">A folder of the file system, for open_by_handle_at(2).</param>
/// <param name="DriveType">As recorded in drvType.</param>
internal sealed record MarkedFileSystem(ulong Id, int Descriptor, string MountPoint, string DriveType);

/// <summary>
/// The file systems that are watched: real ones and tmpfs, each once. Looked up again when mounts change. Only notification marks are
/// set; a permission mark could stop the machine.
/// </summary>
internal sealed unsafe class MarkedFileSystems(int group, Log log) : IDisposable
{
    private const uint Add = 1, FileSystemMark = 0x100;
    private const FanotifyMask Watched = FanotifyMask.Create | FanotifyMask.CloseWrite | FanotifyMask.Delete | FanotifyMask.Rename | FanotifyMask.OnFolder;

    private readonly Dictionary<ulong, MarkedFileSystem> _marked = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private string _mounts = "";

    public int Count => _marked.Count;

    /// <param name="id">The 8 bytes that begin a handle.</param>
    public MarkedFileSystem? Find(ReadOnlySpan<byte> id) => _marked.GetValueOrDefault(System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(id));

    public void Refresh()
    {
        var mounts = File.ReadAllText("/proc/self/mountinfo");
        if (mounts == _mounts) return;
        _mounts = mounts;
        var (present, problems) = (new HashSet<string>(StringComparer.Ordinal), new List<string>());
        foreach (var mount in mounts.Split('\n').Select(Mount.Parse).OfType<Mount>().Where(m => m.DriveType is not null))
        {
            if (!present.Add(mount.Device) || !_seen.Add(mount.Device)) continue;
            if (TryMark(mount) is { } problem) problems.Add($"'{mount.Point}' ({mount.FileSystem}: {problem})");
        }
        if (problems.Count > 0 && Count > 0) log.Warn($"Files are not recorded on {string.Join(", ", problems)}.");
        _seen.IntersectWith(present); // unmounted and mounted again is marked again
    }

    public void Dispose()
    {
        foreach (var fileSystem in _marked.Values) _ = LibC.Close(fileSystem.Descriptor);
        _marked.Clear();
    }

    private string? TryMark(Mount mount)
    {
        var facts = stackalloc ulong[32];
        if (LibC.StatFileSystem(mount.Point, facts) != 0) return LibC.Error;
        var id = facts[7]; // f_fsid at byte 56 of struct statfs
        var descriptor = LibC.Open(mount.Point, LibC.ReadOnlyDirectory);
        if (descriptor < 0) return LibC.Error;
        if (LibC.FanotifyMark(group, Add | FileSystemMark, (ulong)Watched, LibC.CurrentFolder, mount.Point) != 0)
        {
            var error = LibC.Error;
            _ = LibC.Close(descriptor);
            return error;
        }
        if (_marked.Remove(id, out var old)) _ = LibC.Close(old.Descriptor);
        _marked[id] = new MarkedFileSystem(id, descriptor, mount.Point, mount.DriveType!);
        return null;
    }
}

/// <summary>A line of /proc/self/mountinfo (proc(5)).</summary>
/// <param name="DriveType">Null for file systems that hold no files of people or programs.</param>
internal sealed record Mount(string Device, string Point, string FileSystem, string? DriveType)
{
    public static Mount? Parse(string line)
    {
        var halves = line.Split(" - ", 2);
        var (before, after) = (halves[0].Split(' '), halves.Length > 1 ? halves[1].Split(' ') : []);
        return before.Length < 6 || after.Length < 1 ? null : new Mount(before[2], Unescape(before[4]), after[0], after[0] switch
        {
            "ext2" or "ext3" or "ext4" or "xfs" or "btrfs" or "f2fs" or "bcachefs" or "zfs" or "vfat" or "exfat" or "ntfs3" or "overlay" => "HDD",
            "tmpfs" => "RAM",
            _ => null,
        });
    }

    /// <summary>Space, tab, line feed and backslash are written as \ooo.</summary>
    private static string Unescape(string text) =>
        text.Replace(@"\040", " ", StringComparison.Ordinal).Replace(@"\011", "\t", StringComparison.Ordinal).Replace(@"\012", "\n", StringComparison.Ordinal).Replace(@"\134", @"\", StringComparison.Ordinal);
}
