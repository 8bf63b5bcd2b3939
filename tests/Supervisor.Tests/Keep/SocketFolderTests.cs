using Akashi.Supervisor.Keep;

namespace Akashi.Supervisor.Tests.Keep;

public sealed class SocketFolderTests
{
    [Fact]
    public void Prepare_DeepDataFolder_IsShortStableAndOfItsOwn()
    {
        var deep = "/" + string.Join('/', Enumerable.Repeat("a-rather-long-folder-name", 20));
        var folder = SocketFolder.Prepare(deep);
        Assert.InRange(folder.Length, 1, 80);
        Assert.Equal(folder, SocketFolder.Prepare(deep));
        Assert.NotEqual(folder, SocketFolder.Prepare(deep + "/b"));
    }
}
