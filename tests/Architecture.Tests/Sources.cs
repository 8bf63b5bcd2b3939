namespace Akashi.Architecture.Tests;

/// <summary>The source that these tests look at.</summary>
internal static class Sources
{
    /// <summary>C# files of the product, without what a build makes.</summary>
    public static IEnumerable<string> All { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Root(), "src"), "*.cs", SearchOption.AllDirectories).Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))];

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Akashi.slnx"))) return folder.FullName;
        throw new InvalidOperationException("This test runs inside the repository.");
    }
}
