using System.Security.Cryptography;
using Akashi.Durability;

namespace Akashi.Platform.Objects;

/// <summary>
/// Objects as files below one folder. Its work is done when a call returns, without a thread in between: archiving a batch pays for
/// its fsyncs and nothing else.
/// </summary>
public sealed class FileObjectStore : IObjectStore
{
    /// <summary>Half-written files, apart from the objects: removing them after a crash does not walk through millions of names.</summary>
    private const string IncomingFolder = ".incoming";

    private readonly string _root;
    private readonly string _incoming;

    /// <param name="root">Absolute; made when absent.</param>
    public FileObjectStore(string root)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _incoming = Path.Combine(_root, IncomingFolder);
        DurableFile.CreateFolder(_incoming);
    }

    public bool IsLocal => true;

    public Task WriteAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        SealedObject.RequireMark(content.Span);
        var temporary = NewTemporary();
        try
        {
            using (var file = Create(temporary))
            {
                RandomAccess.Write(file.SafeFileHandle, content.Span, 0);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }
            Publish(temporary, key);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        return Task.CompletedTask;
    }

    public async Task WriteAsync(ObjectKey key, Stream content, CancellationToken cancellation)
    {
        var temporary = NewTemporary();
        try
        {
            using (var file = Create(temporary))
            {
                await SealedObject.CopyMarkedAsync(content, file, cancellation);
                file.Flush(flushToDisk: true);
            }
            Publish(temporary, key);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public Task<byte[]> ReadAsync(ObjectKey key, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult(File.ReadAllBytes(PathOf(key)));
        }
        catch (DirectoryNotFoundException e)
        {
            throw new FileNotFoundException(e.Message, e);
        }
    }

    public Task<Stream> OpenAsync(ObjectKey key, long offset, long? length, CancellationToken cancellation)
    {
        try
        {
            var file = new FileStream(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete) { Position = offset };
            return Task.FromResult<Stream>(length is { } bytes ? new LimitedStream(file, bytes) : file);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new FileNotFoundException(e.Message, e);
        }
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellation)
    {
        try
        {
            File.Delete(PathOf(key));
        }
        catch (DirectoryNotFoundException)
        {
            // there is no such object
        }
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ObjectEntry>> ListAsync(ObjectKey? folder, ObjectKey? after, int limit, CancellationToken cancellation)
    {
        var found = Walk(folder is { } below ? below + "/" : "", after?.ToString() ?? "").Take(limit).Select(file => new ObjectEntry(
            new ObjectKey(Path.GetRelativePath(_root, file.FullName)), file.Length, file.LastWriteTimeUtc)).ToList();
        return Task.FromResult<IReadOnlyList<ObjectEntry>>(found);
    }

    public Task<int?> SweepAsync(DateTimeOffset begunBefore, CancellationToken cancellation)
    {
        var left = new DirectoryInfo(_incoming).EnumerateFiles().Where(file => file.LastWriteTimeUtc < begunBefore).ToList();
        foreach (var file in left) file.Delete();
        return Task.FromResult<int?>(left.Count);
    }

    /// <summary>In the order of whole keys, as S3 has it: a folder takes its place as its name and a slash.</summary>
    private IEnumerable<FileInfo> Walk(string prefix, string after)
    {
        var directory = new DirectoryInfo(Path.Combine(_root, prefix));
        if (!directory.Exists) yield break;
        var entries = directory.EnumerateFileSystemInfos().Where(entry => !entry.Name.StartsWith('.'))
            .Select(entry => (Entry: entry, Key: $"{prefix}{entry.Name}{(entry is DirectoryInfo ? "/" : "")}"))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal);
        foreach (var (entry, key) in entries)
        {
            if (entry is FileInfo file)
            {
                if (string.CompareOrdinal(key, after) > 0) yield return file;
            }
            else if (string.CompareOrdinal(key, after) > 0 || after.StartsWith(key, StringComparison.Ordinal))
            {
                foreach (var below in Walk(key, after)) yield return below;
            }
        }
    }

    private void Publish(string temporary, ObjectKey key)
    {
        var path = PathOf(key);
        DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
        if (!DurableFile.Publish(temporary, path)) throw new ObjectExistsException(key);
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private string NewTemporary() => Path.Combine(_incoming, RandomNumberGenerator.GetHexString(32, lowercase: true) + ".tmp");

    private string PathOf(ObjectKey key) => Path.Combine(_root, key.ToString());
}
