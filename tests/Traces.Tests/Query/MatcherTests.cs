using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Query;

public class MatcherTests
{
    private const string Line = "02/01/2026 13:20:00.500 +0900 evt=ps subEvt=start com=\"ＰＣ－００１\" cmd=\"powershell -enc \"\"QQ==\"\"\" a= b=- user=x user=SYSTEM port=443 size=10.50 zero=007 ip=10.1.2.3,fe80::1%eth0 map=::ffff:10.0.0.9 lead=10.010.0.1";

    [Theory]
    [InlineData("*", true)]
    [InlineData("evt:PS subevt:Start", true)]
    [InlineData("evt:p", false)]
    [InlineData("com:pc-0*", true)]
    [InlineData("cmd:*\"-enc \"*", true)]
    [InlineData("cmd:\"powershell -enc \"\"qq==\"\"\"", true)]
    [InlineData("user:system", true)]
    [InlineData("user:x", true)]
    [InlineData("-user:system", false)]
    [InlineData("a:\"\" b:- ", true)]
    [InlineData("b:\"\"", false)]
    [InlineData("a:* -c:*", true)]
    [InlineData("enc", true)]
    [InlineData("port:>442 port:<443.5 port:[443..443]", true)]
    [InlineData("port:>443 OR port:<443", false)]
    [InlineData("size:10.5", false)]
    [InlineData("size:[10.5..10.5] zero:[7..7]", true)]
    [InlineData("evt:>0 OR evt:<=0 OR a:>=-99999999999999999999999999999999999999999", false)]
    [InlineData("port:<340282366920938463463374607431768211456", true)]
    [InlineData("user:(nobody OR SYSTEM)", true)]
    [InlineData("user:(x system)", true)]
    [InlineData("user:(a OR b) OR user:c", false)]
    [InlineData("ip:10.0.0.0/8 ip:fe80::/10 map:10.0.0.0/24", true)]
    [InlineData("ip:11.0.0.0/8 OR map:::/0 OR port:0.0.0.0/0 OR a:0.0.0.0/0", false)]
    [InlineData("ip:fe80::1/128", true)]
    [InlineData("lead:0.0.0.0/0", false)]
    [InlineData("a:* b:* -none:* -a:?* b:?* -b:(?* -\"-\")", true)]
    [InlineData("com:=\"ＰＣ－００１\" user:=SYSTEM", true)]
    [InlineData("com:=\"PC-001\" OR user:=system", false)]
    [InlineData("cmd:/shell -enc/ -cmd:/SHELL/ cmd:/SHELL/i", true)]
    [InlineData("com:/pc-\\d{3}$/i -com:/PC/", true)]
    [InlineData("/^10\\.1/", true)]
    [InlineData("\"enc qq\"", true)]
    [InlineData("\"qq enc\"", false)]
    [InlineData("powershel", false)]
    [InlineData("evt", false)]
    [InlineData("2026", false)]
    [InlineData("nothing OR 001", true)]
    public void Matches_QueryOnALine_Decides(string query, bool expected) => Assert.Equal(expected, Matches(query, System.Text.Encoding.UTF8.GetBytes(Line)));

    [Theory]
    [InlineData("free", true)]
    [InlineData("\"no trace\"", true)]
    [InlineData("evt:ps", false)]
    [InlineData("-evt:ps", true)]
    [InlineData("evt:*", false)]
    [InlineData("/^no TRACE/i", true)]
    [InlineData("evt:/ps/ OR evt:(ps OR x) OR evt:=ps", false)]
    public void Matches_UnparsableLine_IsSearchedByItsWords(string query, bool expected) => Assert.Equal(expected, Matches(query, "no trace, evt=ps \"free"u8.ToArray()));

    [Fact]
    public void Matches_AnyLineAndQuery_IsWhatTheNaiveReadingGives() => Seeded.Repeat(chance =>
    {
        var predicate = new PredicateMaker(chance).Predicate();
        var matcher = Matcher.Of(predicate);
        var (parsed, folder) = (new ParsedLine(), new Folder());
        for (var i = 0; i < 20; i++)
        {
            var line = new LineMaker(chance).Line();
            LineParser.Parse(line, parsed);
            var naive = new NaiveTrace(line, DateTimeOffset.UnixEpoch);
            Assert.Equal(naive.Fields is not null, parsed.Flags == LineFlags.None);
            Assert.True(naive.Matches(predicate) == matcher.Matches(line, parsed, folder), $"{QueryPrinter.Print(predicate)} on {System.Text.Encoding.UTF8.GetString(line)}");
        }
    });

    private static bool Matches(string query, byte[] line)
    {
        Assert.True(QueryParser.TryParse(query, out var predicate, out _));
        var parsed = new ParsedLine();
        LineParser.Parse(line, parsed);
        return Matcher.Of(predicate).Matches(line, parsed, new Folder());
    }
}
