using Akashi.Agent.Kernel;
using Akashi.Agent.Recording;

namespace Akashi.Agent.Files;

/// <summary>A folder as far as file events need it.</summary>
/// <param name="Path">Raw bytes; without an ending slash, empty for the root.</param>
/// <param name="Excluded">Left out by policy, with all below.</param>
/// <param name="DriveType">As recorded in drvType.</param>
internal sealed record Folder(byte[] Path, bool Excluded, string DriveType);

/// <summary>
/// Handle of a folder → its path. Folders made while we watch are known from their creation, so that files in a folder that is gone again
/// keep their path. Used by the collecting thread only.
/// </summary>
internal sealed unsafe class FolderPaths(MarkedFileSystems fileSystems)
{
    private const int MostFolders = 8192;
    private const int FileSystemIdLength = 8;

    private readonly Dictionary<byte[], Folder> _folders = new(new HandleComparer());

    public Exclusions? Exclusions { get; private set; }

    public Folder? Find(ReadOnlySpan<byte> handle)
    {
        if (_folders.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(handle, out var known)) return known;
        if (fileSystems.Find(handle[..FileSystemIdLength]) is not { } fileSystem || Open(fileSystem.Descriptor, handle[FileSystemIdLength..]) is not { } path) return null;
        return Learn(handle, path, fileSystem.DriveType);
    }

    public Folder Learn(ReadOnlySpan<byte> handle, byte[] path, string driveType)
    {
        if (_folders.Count >= MostFolders) _folders.Clear();
        var folder = new Folder(path, Exclusions?.Path(path) == true, driveType);
        _folders.GetAlternateLookup<ReadOnlySpan<byte>>()[handle] = folder;
        return folder;
    }

    public void Forget(ReadOnlySpan<byte> handle) => _folders.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(handle);

    /// <summary>A folder was renamed: everything known below it has another path.</summary>
    public void Moved(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        foreach (var (handle, folder) in _folders)
        {
            if (!folder.Path.AsSpan().StartsWith(from) || (folder.Path.Length > from.Length && folder.Path[from.Length] != (byte)'/')) continue;
            byte[] path = [.. to, .. folder.Path.AsSpan(from.Length)];
            _folders[handle] = folder with { Path = path, Excluded = Exclusions?.Path(path) == true }; // replacing a value keeps the enumerator valid
        }
    }

    public void Use(Exclusions exclusions)
    {
        Exclusions = exclusions;
        _folders.Clear();
    }

    /// <summary>Facts of a file by its own handle: right even when another file has taken its name.</summary>
    public bool TryFacts(ReadOnlySpan<byte> handle, out FileFacts facts)
    {
        facts = default;
        if (handle.IsEmpty || fileSystems.Find(handle[..FileSystemIdLength]) is not { } fileSystem) return false;
        var descriptor = OpenHandle(fileSystem.Descriptor, handle[FileSystemIdLength..]);
        if (descriptor < 0) return false;
        var read = FileFacts.TryRead(descriptor, out facts);
        _ = LibC.Close(descriptor);
        return read;
    }

    /// <summary>Null when the folder is gone.</summary>
    private static byte[]? Open(int mount, ReadOnlySpan<byte> handle)
    {
        var descriptor = OpenHandle(mount, handle);
        if (descriptor < 0) return null;
        try
        {
            return Link(descriptor);
        }
        finally
        {
            _ = LibC.Close(descriptor);
        }
    }

    private static int OpenHandle(int mount, ReadOnlySpan<byte> handle)
    {
        Span<byte> copy = stackalloc byte[handle.Length];
        handle.CopyTo(copy);
        fixed (byte* pointer = copy) return LibC.OpenByHandle(mount, pointer, LibC.PathOnly);
    }

    private static byte[]? Link(int descriptor)
    {
        Span<byte> link = stackalloc byte[40];
        "/proc/self/fd/"u8.CopyTo(link);
        System.Buffers.Text.Utf8Formatter.TryFormat(descriptor, link[14..], out var digits);
        link[14 + digits] = 0;
        Span<byte> target = stackalloc byte[4096];
        nint length;
        fixed (byte* name = link)
        fixed (byte* to = target) length = LibC.ReadLink(name, to, (nuint)target.Length);
        if (length <= 0) return null;
        var path = target[..(int)length];
        if (path.EndsWith(" (deleted)"u8)) path = path[..^10];
        return path.SequenceEqual("/"u8) ? [] : path.ToArray();
    }
}
