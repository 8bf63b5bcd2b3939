namespace Akashi.Portal.Tests;

/// <summary>The sources that these tests look at.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Module(string name) => Path.Combine(Root, "src", "Modules", name);

    /// <summary>Source files of the modules, without build output and packages.</summary>
    public static IEnumerable<string> ModuleFiles(string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, "src", "Modules"), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"));

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "global.json"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run from within the repository.");
    }
}
