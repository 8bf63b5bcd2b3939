using Akashi.Durability;

namespace Akashi.Platform.Objects;

/// <summary>Immutable objects as files below one folder. Keys are relative paths made by the application, never by a client.</summary>
public sealed class ObjectStore(string root)
{
    public string Root => root;

    /// <summary>Durable when it returns: content, name and every new folder are fsynced.</summary>
    public void Write(string key, ReadOnlyMemory<byte> content)
    {
        var path = PathOf(key);
        DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
        DurableFile.Write(path, content);
    }

    /// <exception cref="FileNotFoundException">There is no such object.</exception>
    public byte[] Read(string key) => File.ReadAllBytes(PathOf(key));

    public bool Exists(string key) => File.Exists(PathOf(key));

    public void Delete(string key) => File.Delete(PathOf(key));

    /// <summary>Keys that begin with a folder name.</summary>
    public IEnumerable<string> List(string folder)
    {
        var path = PathOf(folder);
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file))
            : [];
    }

    private string PathOf(string key)
    {
        var path = Path.GetFullPath(Path.Combine(root, key));
        return path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ArgumentException($"The object key '{key}' leaves the store.", nameof(key));
    }
}
