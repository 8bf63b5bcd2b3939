using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Akashi.Platform.Database;
using Akashi.Supervisor;

namespace Akashi.Cli.Doctor;

/// <summary>What must be installed.</summary>
internal static class ProgramChecks
{
    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    public static async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation) =>
        [await SdkAsync(cancellation), PostgreSql(), Zstandard(), Browser()];

    private static async Task<Finding> SdkAsync(CancellationToken cancellation)
    {
        const string subject = ".NET SDK";
        var advice = Words.Say("Install the .NET 10 SDK (https://dotnet.microsoft.com/download) and put dotnet on the PATH. A built service needs the runtime alone.", ".NET 10 SDK (https://dotnet.microsoft.com/download) を入れ、dotnet を PATH に通してください。ビルド済みならランタイムだけで動きます。");
        try
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", ["--list-sdks"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var listed = await process.StandardOutput.ReadToEndAsync(cancellation);
            var versions = listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).Where(version => version.StartsWith("10.", StringComparison.Ordinal)).ToList();
            return versions.Count > 0 ? Finding.Ok(subject, string.Join(", ", versions)) : Finding.Warn(subject, Words.Say("no version 10", "バージョン 10 がありません"), advice);
        }
        catch (Win32Exception)
        {
            return Finding.Warn(subject, Words.Say("not found", "見つかりません"), advice);
        }
    }

    private static Finding PostgreSql() => PrivateCluster.FindBinaries() is { } folder
        ? Finding.Ok("PostgreSQL", folder)
        : Finding.Fail("PostgreSQL", Words.Say("no version 15 or newer", "バージョン 15 以上がありません"), "sudo apt-get install -y postgresql");

    private static Finding Zstandard() => NativeLibrary.TryLoad("libzstd.so.1", out _)
        ? Finding.Ok("libzstd", "libzstd.so.1")
        : Finding.Fail("libzstd", Words.Say("missing: traces cannot be stored", "ありません。証跡ログを保存できません"), "sudo apt-get install -y libzstd1");

    private static Finding Browser() => Array.Find(Browsers, File.Exists) is { } found
        ? Finding.Ok("Chromium", found)
        : Finding.Warn("Chromium", Words.Say("not found; only tests need it", "見つかりません (テストだけが使います)"), "sudo apt-get install -y chromium");
}
