using System.Text.Json;

namespace Akashi.Portal.Tests;

public sealed class AssetTests
{
    [Fact]
    public void Built_OwnFiles_AreWhatTheSourcesSay()
    {
        var assets = Path.Combine(Repository.Module("Portal"), "assets");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(assets, "own")))
            Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Repository.Module("Portal"), "wwwroot", Path.GetFileName(file)))), $"{Path.GetFileName(file)} is stale: run npm run build in {assets}");
    }

    [Fact]
    public void LockFile_NamesNoRegistry()
    {
        // The lock must serve behind any registry; what it pins is the content's digest.
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Module("Portal"), "assets", "package-lock.json")));
        foreach (var package in json.RootElement.GetProperty("packages").EnumerateObject().Where(package => package.Name.Length > 0))
        {
            Assert.False(package.Value.TryGetProperty("resolved", out _), $"{package.Name} names a registry");
            Assert.StartsWith("sha512-", package.Value.GetProperty("integrity").GetString(), StringComparison.Ordinal);
        }
    }
}
