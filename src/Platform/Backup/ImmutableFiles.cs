using System.Runtime.CompilerServices;
using Akashi.Platform.Hosting;
using Akashi.Platform.Objects;

namespace Akashi.Platform.Backup;

/// <param name="Target">Name in the backup and below the data folder: <c>objects/…</c> or <c>segments/…</c>.</param>
internal sealed record ImmutableFile(ObjectKey Target, Func<CancellationToken, Task<Stream>> OpenAsync);

/// <summary>Whatever is written once: archived objects, wherever they are kept, and segments of the embedded trace store.</summary>
internal static class ImmutableFiles
{
    public const string Objects = "objects";
    private const string Segments = "segments";

    public static async IAsyncEnumerable<ImmutableFile> OfAsync(ServerOptions options, IObjectStore objects, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var entry in objects.AllAsync(null, cancellation))
            yield return new ImmutableFile(new ObjectKey($"{Objects}/{entry.Key}"), stop => objects.OpenAsync(entry.Key, 0, null, stop));
        if (!Directory.Exists(options.SegmentsFolder)) yield break;
        foreach (var path in Directory.EnumerateFiles(options.SegmentsFolder, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal)))
        {
            // Lock files begin with a dot and are no keys.
            if (ObjectKey.TryParse($"{Segments}/{Path.GetRelativePath(options.SegmentsFolder, path)}", out var key))
                yield return new ImmutableFile(key, _ => Task.FromResult<Stream>(File.OpenRead(path)));
        }
    }
}
