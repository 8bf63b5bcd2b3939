using System.Security.Cryptography;
using Akashi.Platform.Audit;
using Xunit;

namespace Akashi.Platform.Tests.Audit;

public sealed class AuditSearchTests : IAsyncLifetime
{
    private AuditSetting _setting = null!;

    public async ValueTask InitializeAsync() => _setting = await AuditSetting.CreateAsync();

    public ValueTask DisposeAsync() => _setting.DisposeAsync();

    /// <summary>Whatever was written when and however large the pages, going through them gives each entry that fits once, newest first.</summary>
    [Fact]
    public async Task Find_PageByPage_GivesEachFittingEntryOnceNewestFirst()
    {
        var seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var chance = new Seeded(seed);
        var begin = _setting.Clock.GetUtcNow();
        var written = new List<(DateTimeOffset At, string Action, string Target)>();
        for (var i = 0; i < 120; i++)
        {
            if (chance.Next(3) > 0) _setting.Clock.Advance(TimeSpan.FromMilliseconds(chance.Next(3))); // many at the same instant
            var (action, target) = (chance.Next(2) == 0 ? "user.add" : "user.suspend", $"{(chance.Next(2) == 0 ? "利用者 ＡＢＣ" : "端末")} {i}");
            written.Add((_setting.Clock.GetUtcNow(), action, target));
            await _setting.WriteAsync(target, action);
        }
        for (var round = 0; round < 12; round++)
        {
            var filter = new AuditFilter(
                chance.Next(2) == 0 ? null : begin.AddMilliseconds(chance.Next(120)), chance.Next(2) == 0 ? null : begin.AddMilliseconds(chance.Next(240)),
                chance.Next(2) == 0 ? "" : "山田 太", chance.Next(3) switch { 0 => "", 1 => "user.", _ => "user.add" }, chance.Next(2) == 0 ? "" : "abc");
            var expected = written.Where(entry => (filter.From is null || entry.At >= filter.From) && (filter.To is null || entry.At < filter.To)
                && (filter.Action is "" or "user." || entry.Action == filter.Action) && (filter.Target.Length == 0 || entry.Target.Contains("ＡＢＣ", StringComparison.Ordinal)))
                .Select(entry => entry.Target).Order(StringComparer.Ordinal);
            var found = await AllAsync(filter, pageSize: 1 + chance.Next(40));
            Assert.Equal(expected, found.Select(entry => entry.Entry.Target).Order(StringComparer.Ordinal));
            Assert.Equal(found.OrderByDescending(entry => entry.Entry.At), found);
        }
    }

    [Fact]
    public async Task Find_OddFilters_FindNothingAndDoNoHarm()
    {
        await _setting.WriteAsync("target");
        foreach (var odd in new[] { "\0", "\ud800", "%", "_", "'", "\\", new string('x', 10_000) })
            Assert.Empty(await AllAsync(new AuditFilter(Actor: odd, Action: odd, Target: odd), 10));
    }

    [Fact]
    public async Task Find_ByAnotherTenant_SeesNothing()
    {
        await _setting.WriteAsync("target");
        Assert.True((await _setting.Search.FindAsync(_setting.Other, new AuditFilter(), null, 10, CancellationToken.None)).TryGet(out var page, out _));
        Assert.Empty(page.Rows);
        var entry = Assert.Single(await AllAsync(new AuditFilter(), 10)).Entry;
        Assert.Null(await _setting.Search.GetAsync(_setting.Other, entry.Id, CancellationToken.None));
        Assert.NotNull(await _setting.Search.GetAsync(_setting.Tenant, entry.Id, CancellationToken.None));
        Assert.Empty(await _setting.Search.ActionsAsync(_setting.Other, CancellationToken.None));
    }

    [Fact]
    public async Task Actions_OfManyEntries_AreEachNamedOnceInOrder()
    {
        foreach (var action in new[] { "user.suspend", "audit.delete", "user.add", "user.add" }) await _setting.WriteAsync("target", action);
        Assert.Equal(["audit.delete", "user.add", "user.suspend"], await _setting.Search.ActionsAsync(_setting.Tenant, CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1-2")]
    [InlineData("x-0000000000007000800000000000001")]
    [InlineData("99999999999999999999-00000000000070008000000000000001")]
    [InlineData("9223372036854775807-00000000000070008000000000000001")]
    [InlineData("-1-00000000000070008000000000000001")]
    public void Position_OfBadText_IsNone(string text) => Assert.False(AuditPosition.TryParse(text, out _));

    [Fact]
    public void Position_Written_ReadsTheSame()
    {
        var position = new AuditPosition(_setting.Clock.GetUtcNow(), Guid.CreateVersion7());
        Assert.True(AuditPosition.TryParse(position.ToString(), out var read));
        Assert.Equal(position, read);
    }

    private async Task<List<AuditFound>> AllAsync(AuditFilter filter, int pageSize)
    {
        var all = new List<AuditFound>();
        AuditPosition? after = null;
        do
        {
            Assert.True((await _setting.Search.FindAsync(_setting.Tenant, filter, after, pageSize, CancellationToken.None)).TryGet(out var page, out _));
            all.AddRange(page.Rows);
            after = page.Next;
        }
        while (after is not null);
        return all;
    }
}
