using Akashi.Agent.Processes;
using Akashi.Agent.Recording;

namespace Akashi.Agent.Files;

/// <summary>Writes file records from fanotify events. What the process read and wrote is not known, so read= and write= are left out.</summary>
internal sealed class FileRecorder(FolderPaths folders, ProcessRecorder processes, LineComposer line, Counters counters)
{
    private const int LongestPath = 8192;

    private readonly byte[] _path = new byte[LongestPath];
    private readonly byte[] _newPath = new byte[LongestPath];

    public void Changed(in FanotifyEvent change, DateTimeOffset at)
    {
        counters.Event();
        var folder = folders.Find(change.At.Handle);
        var isFolder = change.Mask.HasFlag(FanotifyMask.OnFolder);
        var path = Join(folder, change.At.Name, _path);
        Learn(change, folder, isFolder, path);
        // Before everything that costs: our own writing must not lead to more writing.
        if (change.Process == processes.OwnProcess)
        {
            counters.OwnExcluded();
            return;
        }
        if (folder is { Excluded: true } || folders.Exclusions?.Path(path) == true)
        {
            counters.PathExcluded();
            return;
        }
        var process = processes.Resolve(change.Process);
        if (process is { Excluded: true })
        {
            counters.ProcessExcluded();
            return;
        }
        Write(change, at, folder, isFolder, path, process);
    }

    /// <summary>The kernel merges events of one file and process; of what happened to one file (by its handle) this is the order.</summary>
    private void Write(in FanotifyEvent change, DateTimeOffset at, Folder? folder, bool isFolder, ReadOnlySpan<byte> path, ProcessEntry? process)
    {
        var created = change.Mask.HasFlag(FanotifyMask.Create);
        if (created) Record(isFolder ? "createDir"u8 : "create"u8, at, folder, path, process);
        if (change.Mask.HasFlag(FanotifyMask.CloseWrite) && !isFolder)
        {
            Begin("close"u8, folder, path, process);
            if (folders.TryFacts(change.Object, out var facts) && facts.IsRegular) line.Pairs.Number("size"u8, (long)Math.Min(facts.Size, long.MaxValue));
            if (created) line.Pairs.Number("new"u8, 1);
            line.Record(at);
        }
        if (change.Mask.HasFlag(FanotifyMask.Rename))
        {
            Begin(isFolder ? "renameDir"u8 : "rename"u8, folder, path, process);
            var to = change.MovedTo.IsEmpty ? null : folders.Find(change.MovedTo.Handle);
            line.Pairs.Quoted("newPath"u8, Join(to, change.MovedTo.Name, _newPath));
            line.Record(at);
        }
        if (change.Mask.HasFlag(FanotifyMask.Delete)) Record(isFolder ? "delDir"u8 : "del"u8, at, folder, path, process);
    }

    /// <summary>Keeps the folders' paths true, also for events that are left out.</summary>
    private void Learn(in FanotifyEvent change, Folder? folder, bool isFolder, ReadOnlySpan<byte> path)
    {
        if (!isFolder || folder is null || change.Object.IsEmpty) return;
        // Made and removed in one event: what happened in the folder is still to come.
        if (change.Mask.HasFlag(FanotifyMask.Create)) folders.Learn(change.Object, path.ToArray(), folder.DriveType);
        else if (change.Mask.HasFlag(FanotifyMask.Delete)) folders.Forget(change.Object);
        else if (change.Mask.HasFlag(FanotifyMask.Rename) && folders.Find(change.MovedTo.Handle) is { } to) folders.Moved(path, Join(to, change.MovedTo.Name, _newPath));
    }

    private void Record(ReadOnlySpan<byte> subEvt, DateTimeOffset at, Folder? folder, ReadOnlySpan<byte> path, ProcessEntry? process)
    {
        Begin(subEvt, folder, path, process);
        line.Record(at);
    }

    private void Begin(ReadOnlySpan<byte> subEvt, Folder? folder, ReadOnlySpan<byte> path, ProcessEntry? process)
    {
        var pairs = line.Begin("file"u8, subEvt);
        if (process is not null)
        {
            pairs.Raw(" "u8);
            pairs.Raw(processes.PairsOf(process));
        }
        pairs.Quoted("path"u8, path);
        if (folder is null) pairs.Bare("incomplete"u8, "path"u8); // the folder was gone before it could be asked for its path
        else pairs.Bare("drvType"u8, folder.DriveType);
    }

    private static ReadOnlySpan<byte> Join(Folder? folder, ReadOnlySpan<byte> name, byte[] target)
    {
        var length = 0;
        if (folder is not null)
        {
            folder.Path.CopyTo(target, 0);
            length = folder.Path.Length;
            if (name.SequenceEqual("."u8)) return target.AsSpan(0, length);
            target[length++] = (byte)'/';
        }
        name = name[..Math.Min(name.Length, target.Length - length)];
        name.CopyTo(target.AsSpan(length));
        return target.AsSpan(0, length + name.Length);
    }
}
