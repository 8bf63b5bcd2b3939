using Akashi.Agent.Processes;

namespace Akashi.Agent.Tests.Processes;

public sealed class ProcessTableTests
{
    [Fact]
    public void Guid_SameProcess_SameAfterRestart()
    {
        var (first, second) = (new ProcessTable("tmid|boot", TimeProvider.System), new ProcessTable("tmid|boot", TimeProvider.System));
        var guid = first.GuidOf(new ProcessEntry(10, 500));
        Assert.Equal(guid, second.GuidOf(new ProcessEntry(10, 500)));
        Assert.NotEqual(guid, second.GuidOf(new ProcessEntry(10, 501)));
        Assert.NotEqual(guid, second.GuidOf(new ProcessEntry(11, 500)));
        Assert.NotEqual(guid, new ProcessTable("tmid|other", TimeProvider.System).GuidOf(new ProcessEntry(10, 500)));
        Assert.True(Guid.TryParseExact(guid, "B", out _));
    }

    [Fact]
    public void Fork_ParentKnown_ChildInheritsImageUserAndExclusion()
    {
        var table = new ProcessTable("t", TimeProvider.System);
        var parent = new ProcessEntry(10, 1) { Path = "/bin/sh", User = "root", Excluded = true };
        table.Add(parent);
        var child = table.Fork(11, 2, 10, 1);
        Assert.Equal(("/bin/sh", "root", true), (child.Path, child.User, child.Excluded));
        Assert.Equal(table.GuidOf(parent), child.ParentGuid);
    }

    [Fact]
    public void Fork_ParentIdReused_NothingInherited()
    {
        var table = new ProcessTable("t", TimeProvider.System);
        table.Add(new ProcessEntry(10, 99) { Path = "/bin/other", Excluded = true });
        var child = table.Fork(11, 2, 10, 1);
        Assert.Equal(("", false), (child.Path, child.Excluded));
    }

    [Fact]
    public void End_MoreThanKept_OldestForgotten()
    {
        var table = new ProcessTable("t", TimeProvider.System);
        for (var id = 1; id <= 9000; id++) table.End(table.Fork(id, 1, 0, 0));
        Assert.Null(table.Find(1));
        Assert.NotNull(table.Find(9000));
        Assert.Equal(4096, table.Count);
    }
}
