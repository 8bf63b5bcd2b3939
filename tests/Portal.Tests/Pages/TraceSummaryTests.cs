using Akashi.Traces.Pages;
using Akashi.Traces.Search;

namespace Akashi.Portal.Tests.Pages;

public sealed class TraceSummaryTests
{
    [Theory]
    [InlineData("evt=ps subEvt=start psPath=C:\\Windows\\a.exe cmd=a.exe_-x psUser=u", "ps / start", "a.exe", "a.exe_-x", "u")]
    [InlineData("evt=ps subEvt=inject psPath=C:\\a.exe tpsPath=C:\\b.exe", "ps / inject", "a.exe", "C:\\b.exe", "")]
    [InlineData("evt=file subEvt=close path=/home/u/x psPath=/usr/bin/vi", "file / close", "vi", "/home/u/x", "")]
    [InlineData("evt=net subEvt=con dstIP=192.0.2.1 dstPort=443", "net / con", "", "192.0.2.1:443", "")]
    [InlineData("evt=net subEvt=con dstIP=2001:db8::1 dstPort=443", "net / con", "", "[2001:db8::1]:443", "")]
    [InlineData("evt=net subEvt=con dstHost=- dstIP=192.0.2.1", "net / con", "", "192.0.2.1", "")]
    [InlineData("evt=net subEvt=webURL url=https://x.example/ dstPort=443", "net / webURL", "", "https://x.example/", "")]
    [InlineData("evt=session subEvt=login usr=hanako", "session / login", "", "hanako", "hanako")]
    [InlineData("evt=novel subEvt=thing path=p", "novel / thing", "", "p", "")]
    [InlineData("", " / ", "", "", "")]
    public void Of_Table(string fields, string kind, string process, string what, string user)
    {
        var pairs = fields.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(field => KeyValuePair.Create(field[..field.IndexOf('=', StringComparison.Ordinal)], field[(field.IndexOf('=', StringComparison.Ordinal) + 1)..])).ToList();
        var summary = TraceSummary.Of(new TraceRow("id", DateTimeOffset.UnixEpoch, "tmid", pairs, "line", false, false));
        Assert.Equal(new TraceSummary("tmid", kind, process, what, user), summary);
    }

    [Fact]
    public void Of_UnparsedLine_ShowsTheLine() =>
        Assert.Equal("whatever it was", TraceSummary.Of(new TraceRow("id", DateTimeOffset.UnixEpoch, "tmid", [], "whatever it was", true, false)).What);
}
