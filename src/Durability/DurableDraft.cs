using Microsoft.Win32.SafeHandles;

namespace Akashi.Durability;

/// <summary>A file under a temporary name. Disposing removes it unless it was published.</summary>
public sealed class DurableDraft : IDisposable
{
    private readonly string _temporary;
    private readonly FileStream _stream;
    private bool _isPublished;

    internal DurableDraft(string temporary, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        (_temporary, _stream) = (temporary, new FileStream(temporary, options));
    }

    /// <summary>For writing, and for reading what was written.</summary>
    public SafeFileHandle Handle => _stream.SafeFileHandle;

    /// <summary>Fsyncs the file, gives it its final name in the same folder, fsyncs the folder. Replaces an existing file.</summary>
    /// <exception cref="IOException">The disk is full or the folder cannot be written.</exception>
    public void Publish(string path)
    {
        RandomAccess.FlushToDisk(Handle);
        _stream.Dispose();
        File.Move(_temporary, path, overwrite: true);
        _isPublished = true;
        DurableFile.SyncFolder(Path.GetDirectoryName(path)!);
    }

    public void Dispose()
    {
        _stream.Dispose();
        if (!_isPublished) File.Delete(_temporary);
    }
}
