using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Upgrade;

/// <summary>The server of the release before this one, built from the project's own history. Its commit stands in the file <c>previous-release</c>, which each release moves on.</summary>
internal static class PreviousRelease
{
    private const string Built = "built";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static string CommitFile => Path.Combine(BuiltPrograms.Repository, "tests", "App.Tests", "Upgrade", "previous-release");

    /// <summary>Path of akashi-server; skips the test where the history does not hold the commit.</summary>
    public static async Task<string> ServerAsync()
    {
        Needs.Program("git");
        var commit = (await File.ReadAllTextAsync(CommitFile)).Trim();
        var known = await GitAsync("cat-file", "-e", commit + "^{commit}");
        Assert.SkipUnless(known.Code == 0, $"Skipped: the history here does not hold the previous release {commit}. In a shallow clone run: git fetch --unshallow");
        var folder = Path.Combine(AppContext.BaseDirectory, "previous-release", commit);
        if (!File.Exists(Path.Combine(folder, Built)))
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
            await BuildAsync(commit, folder);
            await File.WriteAllTextAsync(Path.Combine(folder, Built), "");
        }
        return Path.Combine(folder, "src", "Host", "bin", "Release", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "akashi-server");
    }

    private static async Task BuildAsync(string commit, string folder)
    {
        var archive = Path.Combine(folder, "release.tar");
        RequireSuccess(await GitAsync("archive", "--output", archive, commit));
        RequireSuccess(await ProgramRun.OfAsync("tar", "--extract", "--file", archive, "--directory", folder));
        // No build server may live on with the folder in it.
        RequireSuccess(await ProgramRun.OfAsync("dotnet", ["build", Path.Combine(folder, "src", "Host"), "-c", "Release", "-v", "q", "-nologo", "--disable-build-servers"], Patience));
    }

    private static Task<ProgramRun> GitAsync(params IEnumerable<string> arguments) => ProgramRun.OfAsync("git", ["-C", BuiltPrograms.Repository, .. arguments]);

    private static void RequireSuccess(ProgramRun run)
    {
        if (run.Code != 0) throw new InvalidOperationException($"The previous release cannot be built: {run.Errors}{run.Output}");
    }
}
