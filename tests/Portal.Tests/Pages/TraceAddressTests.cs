using Akashi.Traces.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Akashi.Portal.Tests.Pages;

public sealed class TraceAddressTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.FromHours(9));

    [Theory]
    [InlineData("", "*", "24h")]
    [InlineData("?q=evt:ps&last=1h", "evt:ps", "1h")]
    [InlineData("?q=+x+&keep=7d", "x", "7d")]
    [InlineData("?last=3y", "*", "24h")] // unknown
    [InlineData("?from=2026-11-21T10:00:00&keep=7d", "*", null)] // typed times win over the range shown before
    [InlineData("?from=2026-11-21T10:00:00&last=1h", "*", "1h")] // a pressed range wins over typed times
    [InlineData("?from=yesterday", "*", "24h")]
    public void Read_Table(string address, string query, string? last)
    {
        var read = Read(address);
        Assert.Equal((query, last), (read.Query, read.Last));
    }

    [Fact]
    public void Resolve_TypedTimes_AreJapanTime()
    {
        var (from, to) = Read("?from=2026-11-21T10:00&to=2026-11-21T11:30:15").Resolve(Now);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 1, 0, 0, TimeSpan.Zero), from);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 2, 30, 15, TimeSpan.Zero), to);
        Assert.Equal((Now.AddHours(-1), null), Read("?last=1h").Resolve(Now));
        Assert.Equal(((DateTimeOffset?)null, (DateTimeOffset?)null), Read("?last=all").Resolve(Now));
    }

    [Fact]
    public void ToPage_AnyAddress_ReadsBackTheSame()
    {
        foreach (var address in new[] { "?q=a b&last=10m&limit=7", "?q=\"x&y=z\"&from=2026-11-21T10:00:00.123&to=2026-11-21T11:00:00", "?q=日本語 OR path:*\\x&last=all&after=1_b_c_2&trail=~1_b_c_1", "?q=*&view=groups&by=a&by=b c&sum=d&top=100&order=oldest" })
        {
            var first = Read(address);
            var again = Read(new Uri("https://x.example" + first.ToPage()).Query);
            IReadOnlyList<string> none = []; // lists compare by reference
            Assert.Equal(first with { Trail = none, By = none }, again with { Trail = none, By = none });
            Assert.Equal(first.Trail, again.Trail);
            Assert.Equal(first.By, again.By);
        }
    }

    [Fact]
    public void OlderThenNewer_AnyDepth_ComesBack()
    {
        var pages = new List<TraceAddress> { Read("?last=1h") };
        for (var i = 0; i < 8; i++) pages.Add(Read(new Uri("https://x.example" + pages[^1].Older($"{i}_a_b_0").ToPage()).Query));
        var page = pages[^1];
        for (var i = pages.Count - 2; i >= 0; i--)
        {
            page = Read(new Uri("https://x.example" + page.Newer()!.ToPage()).Query);
            Assert.Equal(pages[i].After, page.After);
        }
        Assert.Null(page.Newer());
    }

    private static TraceAddress Read(string query)
    {
        var context = new DefaultHttpContext();
        return TraceAddress.Read(new QueryCollection(QueryHelpers.ParseQuery(query)));
    }
}
