using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Query;

public class MatcherTests
{
    private const string Line = "02/01/2026 13:20:00.500 +0900 evt=ps subEvt=start com=\"ＰＣ－００１\" cmd=\"powershell -enc \"\"QQ==\"\"\" a= b=- user=x user=SYSTEM";

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
