using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Akashi.Durability;

/// <summary>
/// Files that survive a power cut: content is fsynced before its final name exists, and the folder is fsynced after.
/// </summary>
public static partial class DurableFile
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux
    private const int WorkingFolder = -100; // AT_FDCWD
    private const uint NoReplace = 1; // RENAME_NOREPLACE, renameat2(2)
    private const int AlreadyExists = 17; // EEXIST
    private const int InvalidArgument = 22; // EINVAL
    private const string TemporarySuffix = ".tmp";
    private const int MaximumRemembered = 100_000;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Folders whose own entry is known to be on disk.</summary>
    private static readonly ConcurrentDictionary<string, bool> Synced = new(StringComparer.Ordinal);

    /// <summary>Writes <paramref name="write"/>'s output under a temporary name, fsyncs, renames, fsyncs the folder. Replaces an existing file.</summary>
    /// <param name="mode">Unix permissions; 0600 unless told otherwise.</param>
    /// <exception cref="IOException">The disk is full or the folder cannot be written; nothing remains under the final name.</exception>
    public static void Write(string path, Action<SafeFileHandle> write, UnixFileMode mode = OwnerOnly)
    {
        using var draft = Begin(path, mode);
        write(draft.Handle);
        draft.Publish(path);
    }

    /// <summary>A file to be written and published later.</summary>
    /// <param name="path">Its final name, or another one in the same folder that nobody else begins.</param>
    public static DurableDraft Begin(string path, UnixFileMode mode = OwnerOnly) => new($"{path}.{Environment.ProcessId:x}-{Environment.CurrentManagedThreadId:x}{TemporarySuffix}", mode);

    public static void Write(string path, ReadOnlyMemory<byte> content, UnixFileMode mode = OwnerOnly) =>
        Write(path, handle => RandomAccess.Write(handle, content.Span, 0), mode);

    /// <summary>Gives a finished, fsynced file its final name and fsyncs the folder. Both names are on one file system.</summary>
    /// <returns>False when the name is taken; the file then stays where it was.</returns>
    public static bool Publish(string temporary, string path)
    {
        if (!OperatingSystem.IsLinux() || RenameAt(WorkingFolder, temporary, WorkingFolder, path, NoReplace) != 0)
        {
            var error = OperatingSystem.IsLinux() ? Marshal.GetLastPInvokeError() : InvalidArgument;
            if (error == AlreadyExists) return false;
            if (error != InvalidArgument) throw new IOException($"'{path}' cannot be written: {Marshal.GetPInvokeErrorMessage(error)}.");
            // Some network file systems cannot refuse within the rename itself.
            if (File.Exists(path)) return false;
            File.Move(temporary, path, overwrite: false);
        }
        SyncFolder(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>
    /// Creates a folder and fsyncs each parent that gained an entry. A folder that is there already may have been made a moment ago by
    /// another thread, or by a process that died before its fsync: the first time that this process meets it, its parent is fsynced too.
    /// </summary>
    public static void CreateFolder(string path)
    {
        var there = Directory.Exists(path);
        if (there && Synced.ContainsKey(path)) return;
        var parent = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(parent)) CreateFolder(parent);
        if (!there && OperatingSystem.IsLinux()) Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        else if (!there) Directory.CreateDirectory(path);
        try
        {
            if (!string.IsNullOrEmpty(parent)) SyncFolder(parent);
        }
        catch (IOException) when (there)
        {
            // Somebody else's folder, such as /home, which this account may pass but not read: it made no entry there.
        }
        if (Synced.Count >= MaximumRemembered) Synced.Clear();
        Synced[path] = true;
    }

    /// <summary>Overwrites a file where it lies, then removes it; one that is not there is done with. A copy-on-write disk may still keep the old blocks.</summary>
    public static void Erase(string path)
    {
        if (!File.Exists(path)) return;
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, new byte[RandomAccess.GetLength(file)], 0);
            RandomAccess.FlushToDisk(file);
        }
        File.Delete(path);
        SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes what a crash left half-written.</summary>
    public static void DeleteTemporaries(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*" + TemporarySuffix, SearchOption.AllDirectories)) File.Delete(file);
    }

    public static void SyncFolder(string path)
    {
        if (!OperatingSystem.IsLinux()) return; // NTFS journals directory changes itself
        var descriptor = Open(path, ReadOnlyDirectory);
        if (descriptor < 0) throw new IOException($"Folder '{path}' cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        try
        {
            if (FileSync(descriptor) != 0) throw new IOException($"Folder '{path}' cannot be synced: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int RenameAt(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
