namespace Akashi.Agent.Tests;

/// <summary>A folder that is gone when the test ends.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("akashi-agent-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
