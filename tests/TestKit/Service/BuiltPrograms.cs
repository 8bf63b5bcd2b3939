namespace Akashi.TestKit.Service;

/// <summary>The programs of this repository, as built beside the running tests in the same configuration.</summary>
public static class BuiltPrograms
{
    public static string Server { get; } = Find("Host", "akashi-server");

    public static string Supervisor { get; } = Find("Supervisor", "akashi-supervisor");

    public static string Agent { get; } = Find("Agent", "akashi-agent");

    public static string Client { get; } = Find("Cli", "akashi-cli");

    /// <summary>The folder that holds src and tests.</summary>
    public static string Repository
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Directory.Build.props"))) return folder.FullName;
            }
            throw new InvalidOperationException($"'{AppContext.BaseDirectory}' lies in no repository; run the tests where they were built.");
        }
    }

    private static string Find(string project, string program)
    {
        // …/tests/App.Tests/bin/CONFIGURATION/FRAMEWORK/
        var framework = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var path = Path.Combine(Repository, "src", project, "bin", framework.Parent!.Name, framework.Name, program);
        return File.Exists(path) ? path : throw new InvalidOperationException($"'{path}' is missing. Run: dotnet build src/{project}");
    }
}
