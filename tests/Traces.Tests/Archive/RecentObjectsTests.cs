using Akashi.Platform.Objects;
using Akashi.Traces.Archive;

namespace Akashi.Traces.Tests.Archive;

public sealed class RecentObjectsTests
{
    [Fact]
    public void Keep_MoreThanFits_ForgetsTheOldest()
    {
        var recent = new RecentObjects();
        var bytes = new byte[10 << 20];
        for (var i = 0; i < 10; i++) recent.Keep(Key(i), bytes.AsMemory(i));
        Assert.All(Enumerable.Range(0, 4), i => Assert.Null(recent.Find(Key(i))));
        Assert.All(Enumerable.Range(4, 6), i => Assert.Equal(bytes.Length - i, recent.Find(Key(i))?.Length));
    }

    [Fact]
    public void Keep_OneThatIsLargerThanAll_IsForgotten()
    {
        var recent = new RecentObjects();
        recent.Keep(Key(1), new byte[10]);
        recent.Keep(Key(2), new byte[65 << 20]);
        Assert.Null(recent.Find(Key(2)));
        recent.Keep(Key(3), new byte[10]);
        Assert.NotNull(recent.Find(Key(3)));
    }

    private static ObjectKey Key(int number) => ObjectKey.Of("tenant", $"{number}");
}
