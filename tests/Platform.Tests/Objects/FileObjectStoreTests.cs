using Akashi.Platform.Objects;
using Akashi.TestKit;
using Xunit;

namespace Akashi.Platform.Tests.Objects;

public sealed class FileObjectStoreTests : ObjectStoreContract, IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FileObjectStore _store;

    public FileObjectStoreTests() => _store = new FileObjectStore(_folder.File("objects"));

    public void Dispose() => _folder.Dispose();

    protected override IObjectStore Store => _store;

    protected override bool DecidesBetweenWriters => true;

    [Fact]
    public async Task Sweep_HalfWrittenFiles_AreRemovedOnceOldEnough()
    {
        var left = Path.Combine(_folder.Path, "objects", ".incoming", "1-1.tmp");
        await File.WriteAllTextAsync(left, "half", TestContext.Current.CancellationToken);
        var now = TimeProvider.System.GetUtcNow();
        Assert.Equal(0, await _store.SweepAsync(now.AddHours(-1), TestContext.Current.CancellationToken));
        Assert.Equal(1, await _store.SweepAsync(now.AddHours(1), TestContext.Current.CancellationToken));
        Assert.False(File.Exists(left));
    }

    /// <summary>As S3 orders them: '-' and '.' come before the slash of a folder of the same name.</summary>
    [Fact]
    public async Task List_NamesAroundAFolder_AreInOrderOfWholeKeys()
    {
        string[] keys = ["t/a-b", "t/a.b", "t/a/x", "t/a0", "t/ab"];
        foreach (var key in keys) await _store.WriteAsync(new ObjectKey(key), "AKOB"u8.ToArray(), TestContext.Current.CancellationToken);
        ObjectKey? after = null;
        foreach (var key in keys)
        {
            after = Assert.Single(await _store.ListAsync(new ObjectKey("t"), after, 1, TestContext.Current.CancellationToken)).Key;
            Assert.Equal(key, after.ToString());
        }
        Assert.Empty(await _store.ListAsync(new ObjectKey("t"), after, 1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Write_Object_IsForItsOwnerAlone()
    {
        await _store.WriteAsync(new ObjectKey("t/o"), "AKOB…"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder.Path, "objects", "t", "o")));
    }
}
