using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Akashi.Supervisor.Keep;

/// <summary>
/// Where PostgreSQL's Unix socket lies: always short, because socket addresses end at 107 bytes however deep the data folder is.
/// A folder that another user prepared there could catch passwords, so owner and mode are checked.
/// </summary>
internal static partial class SocketFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const int LongestRuntimeFolder = 60;

    /// <exception cref="InvalidOperationException">The folder belongs to somebody else; the message says what to do.</exception>
    public static string Prepare(string data)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data)))[..8];
        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL's own folder below belongs to its user; nobody but root may write beside it.
            Check("/run/akashi", Passable);
            return Path.Combine("/run/akashi", name);
        }
        var user = UserId().ToString(CultureInfo.InvariantCulture);
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        var usable = runtime is { Length: > 0 and <= LongestRuntimeFolder } && Path.IsPathFullyQualified(runtime) && Directory.Exists(runtime);
        var folder = usable ? Path.Combine(runtime!, "akashi-" + name) : $"/tmp/akashi-{user}-{name}";
        Check(folder, Private);
        return folder;
    }

    /// <summary>Removes the folder of a PostgreSQL that has ended. Only when it is empty: what is unexpected stays.</summary>
    public static void Release(string folder)
    {
        foreach (var path in (string[])[Path.Combine(folder, "data"), folder])
        {
            try
            {
                if (Directory.Exists(path)) Directory.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return;
            }
        }
    }

    private static void Check(string folder, UnixFileMode mode)
    {
        // Fails when it is a link, or exists already; then what is there is judged.
        if (!Path.Exists(folder)) Directory.CreateDirectory(folder, mode);
        if (new DirectoryInfo(folder).LinkTarget is not null || OwnerOf(folder) != UserId() || (File.GetUnixFileMode(folder) & WritableByOthers) != 0)
            throw new InvalidOperationException($"'{folder}' is a link, belongs to another user, or can be written by others, so PostgreSQL's socket is not safe there. Remove it and start again.");
    }

    private static long OwnerOf(string folder)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%u", "--", folder]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var owner = stat.StandardOutput.ReadToEnd();
        stat.WaitForExit();
        return long.TryParse(owner.Trim(), CultureInfo.InvariantCulture, out var id) ? id : -1;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserId();
}
