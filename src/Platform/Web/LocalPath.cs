namespace Akashi.Platform.Web;

/// <summary>Where to go next, as a request says. Only paths of the same host, else a link could send people to a stranger's page.</summary>
public static class LocalPath
{
    public const int MaximumLength = 2048;

    /// <returns>The path, or "/" when it is missing, too long or leads elsewhere.</returns>
    public static string Safe(string? path)
    {
        if (string.IsNullOrEmpty(path) || path.Length > MaximumLength || path[0] != '/') return "/";
        // "//host" and "/\host" name another host to a browser; control characters vanish from addresses before they are read.
        if (path.Length > 1 && path[1] is '/' or '\\') return "/";
        return path.Any(character => char.IsControl(character) || character == '\\') ? "/" : path;
    }
}
