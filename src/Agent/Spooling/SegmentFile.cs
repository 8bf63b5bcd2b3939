using System.Globalization;
using Akashi.Agent.Protocol;
using Akashi.Durability;
using Microsoft.Win32.SafeHandles;

namespace Akashi.Agent.Spooling;

/// <summary>
/// A growing file of lines. Its name carries the number of its first line and the id of the batch it becomes, so that both survive a
/// crash: <c>20 digits-32 hex.seg</c>.
/// </summary>
internal sealed class SegmentFile : IDisposable
{
    public const string Extension = ".seg";
    private const int NumberLength = 20;

    private readonly SafeFileHandle _handle;

    private SegmentFile(string path, long firstNumber, BatchId batch, SafeFileHandle handle) =>
        (Path, FirstNumber, Batch, _handle) = (path, firstNumber, batch, handle);

    public string Path { get; }

    public long FirstNumber { get; }

    public BatchId Batch { get; }

    public long Length { get; private set; }

    /// <summary>The empty segment and its name are durable when this returns.</summary>
    public static SegmentFile Create(string folder, long firstNumber, BatchId batch)
    {
        var path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{firstNumber:D20}-{batch}{Extension}"));
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        DurableFile.SyncFolder(folder);
        return new SegmentFile(path, firstNumber, batch, handle);
    }

    public static bool TryParse(string path, out long firstNumber, out BatchId batch)
    {
        var name = System.IO.Path.GetFileName(path.AsSpan());
        (firstNumber, batch) = (0, default);
        return name.Length == NumberLength + 1 + BatchId.Length + Extension.Length && name[NumberLength] == '-' && name.EndsWith(Extension, StringComparison.Ordinal)
            && long.TryParse(name[..NumberLength], NumberStyles.None, CultureInfo.InvariantCulture, out firstNumber) && firstNumber > 0
            && BatchId.TryParse(name.Slice(NumberLength + 1, BatchId.Length).ToString(), out batch);
    }

    /// <exception cref="IOException">The disk is full; the file is as long as before.</exception>
    public void Append(ReadOnlySpan<byte> lines)
    {
        try
        {
            RandomAccess.Write(_handle, lines, Length);
            Length += lines.Length;
        }
        catch (IOException)
        {
            RandomAccess.SetLength(_handle, Length); // half a line must not stay: its number is given again
            throw;
        }
    }

    public void Sync() => RandomAccess.FlushToDisk(_handle);

    public void Dispose() => _handle.Dispose();
}
