using System.Globalization;
using System.Security.Cryptography;
using Akashi.TestKit.Secrets;

namespace Akashi.TestKit;

/// <summary>A folder of its own for one test, removed when disposed. Its name tells the process that made it.</summary>
public sealed class TestFolder : IDisposable
{
    private const string Prefix = "akt-";

    public TestFolder()
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}"));
        // PostgreSQL runs as another user when the tests run as root, and must be able to pass.
        Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Remove(Path);

    /// <summary>Folders of test processes that were killed before they could clean up.</summary>
    internal static IEnumerable<string> Orphans() =>
        Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*").Where(folder =>
            int.TryParse(System.IO.Path.GetFileName(folder).Split('-')[1], CultureInfo.InvariantCulture, out var owner) && !Directory.Exists($"/proc/{owner}"));

    internal static void Remove(string folder)
    {
        TestOutput.Kept?.Take(folder);
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Something still closes its files; the next test process removes the rest.
        }
    }
}
