using System.Threading.Channels;
using Akashi.Agent.Kernel;

namespace Akashi.Agent.Processes;

/// <summary>
/// Finds the file behind an executed image, once for each version of a file, and has it read in the background by one bounded reader.
/// Used by the collecting thread only; the reader sets <see cref="Image.Finished"/>.
/// </summary>
internal sealed class ImageCatalogue
{
    private const int MostImages = 4096, MostWaiting = 512;
    private const int ReadBuffer = 128 * 1024;

    private readonly Dictionary<ImageKey, Image> _images = [];
    private readonly Channel<Image> _waiting = Channel.CreateBounded<Image>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    /// <param name="name">What exec was given: absolute, or relative to the process' folder.</param>
    public Image Find(ImageKey key, int process, ReadOnlySpan<byte> name)
    {
        if (key.Inode == 0) return new Image(key, System.Text.Encoding.UTF8.GetString(name), null); // the process was gone before its image could be asked for
        if (_images.TryGetValue(key, out var known)) return known;
        if (_images.Count >= MostImages) _images.Clear();
        var image = Resolve(key, process, System.Text.Encoding.UTF8.GetString(name));
        if (!image.Finished && !_waiting.Writer.TryWrite(image)) return new Image(key, image.Path, null); // reader is behind: without digests, asked again next time
        return _images[key] = image;
    }

    public async Task ReadAsync(CancellationToken cancellation)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(ReadBuffer);
        await foreach (var image in _waiting.Reader.ReadAllAsync(cancellation)) image.Read(buffer);
    }

    private static Image Resolve(ImageKey key, int process, string name)
    {
        // While the process lives, its own link is the truth, and opens the file even in another mount namespace.
        var link = $"/proc/{process}/exe";
        if (IsImage(key, link) && ProcFolder.Link(link) is { Length: > 0 } target) return new Image(key, target, IsImage(key, target) ? target : link);
        var path = Path.IsPathRooted(name) ? name : Path.Combine(ProcFolder.Link($"/proc/{process}/cwd"), name);
        return IsImage(key, path) && RealPath(path) is { } real ? new Image(key, real, real) : new Image(key, name, null);
    }

    private static bool IsImage(ImageKey key, string path) => FileFacts.TryRead(path, out var facts) && Image.Matches(key, facts);

    private static unsafe string? RealPath(string path)
    {
        var descriptor = LibC.Open(path, LibC.PathOnly);
        if (descriptor < 0) return null;
        var real = ProcFolder.Link($"/proc/self/fd/{descriptor}");
        _ = LibC.Close(descriptor);
        return real.Length > 0 ? real : null;
    }
}
