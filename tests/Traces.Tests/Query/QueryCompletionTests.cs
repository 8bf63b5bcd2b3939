using Akashi.Traces.Query;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Query;

public class QueryCompletionTests
{
    private static readonly string[] Fields = ["evt", "subEvt", "psPath", "psUser", "dstPort", "k v", "項目"];

    /// <summary>The caret is the bar; the expected text is the query with the first proposal taken.</summary>
    [Theory]
    [InlineData("|", "evt:|")]
    [InlineData("ev|", "evt:|")]
    [InlineData("EV|", "evt:|")]
    [InlineData("evt:ps ps|", "evt:ps psPath:|")]
    [InlineData("-pa|", "-psPath:|")]
    [InlineData("(e|", "(evt:|")]
    [InlineData("(ev|)", "(evt:|)")]
    [InlineData("e|x:ps", "evt:|ps")]
    [InlineData("\"k |", "\"k v\":|")]
    [InlineData("𠮷 ev| x", "𠮷 evt:| x")]
    [InlineData("項|", "項目:|")]
    [InlineData("evt:|", "evt:ps|")]
    [InlineData("evt:f|", "evt:file|")]
    [InlineData("evt:f|xx yy", "evt:file| yy")]
    [InlineData("psUser:|", "psUser:SYSTEM|")]
    [InlineData("psUser:net|", "psUser:\"NETWORK SERVICE\"|")]
    [InlineData("psUser:\"network s|", "psUser:\"NETWORK SERVICE\"|")]
    [InlineData("psUser:=net|", "psUser:=\"NETWORK SERVICE\"|")]
    [InlineData("psUser:(SYSTEM OR n|)", "psUser:(SYSTEM OR \"NETWORK SERVICE\"|)")]
    [InlineData("psUser:(SYSTEM OR (|", "psUser:(SYSTEM OR (SYSTEM|")]
    [InlineData("psUser:(a) ev|", "psUser:(a) evt:|")]
    [InlineData("cmd:/a b\\/ (/i ev|", "cmd:/a b\\/ (/i evt:|")]
    [InlineData("psPath:|", "psPath:*|")]
    [InlineData("psPath:C|", "psPath:\"C:\\Program Files\\x.exe\"|")]
    [InlineData("dstPort:>|", "dstPort:>=|")]
    public void At_Caret_ProposesWhatMayStandThere(string text, string expected)
    {
        var (query, caret) = Split(text);
        var completion = QueryCompletion.At(query, caret, Fields, Frequent);
        var proposal = text == "psPath:|" ? completion.Proposals.First(one => one.Kind == ProposalKind.Operator) : completion.Proposals[0];
        Assert.Equal(expected, query[..completion.Start] + proposal.Text + "|" + query[(completion.Start + completion.Length)..]);
    }

    [Theory]
    [InlineData("cmd:/ev|")]
    [InlineData("/ev|")]
    [InlineData("cmd:(/ev|")]
    [InlineData("nothing|")]
    [InlineData("psUser:nobody|")]
    public void At_WhereNothingFits_ProposesNothing(string text)
    {
        var (query, caret) = Split(text);
        Assert.Empty(QueryCompletion.At(query, caret, Fields, Frequent).Proposals);
    }

    [Fact]
    public void At_ValuesThatAreNoNumbers_ProposesNoComparison()
    {
        Assert.DoesNotContain(QueryCompletion.At("evt:", 4, Fields, Frequent).Proposals, proposal => proposal.Text == ">");
        Assert.Contains(QueryCompletion.At("dstPort:", 8, Fields, Frequent).Proposals, proposal => proposal is { Kind: ProposalKind.Operator, Text: ">" });
    }

    [Fact]
    public void At_AnyTextAndCaret_ProposesWithinTheText() => Seeded.Repeat(chance =>
    {
        var text = QueryFuzzTests.Text(chance);
        var caret = chance.Next(text.Length + 3) - 1;
        var completion = QueryCompletion.At(text, caret, Fields, Frequent);
        Assert.InRange(completion.Start, 0, text.Length);
        Assert.InRange(completion.Length, 0, text.Length - completion.Start);
        Assert.InRange(Math.Clamp(caret, 0, text.Length), completion.Start, completion.Start + completion.Length);
        Assert.True(completion.Proposals.Count <= QueryCompletion.MaxProposals);
    }, 1);

    [Theory]
    [InlineData("evt:ps EVT:ps", "")]
    [InlineData("evnt:ps", "1 evnt evt")]
    [InlineData("𠮷 subEvnt:(a OR b)", "3 subEvnt subEvt")]
    [InlineData("dstPrt:1 ps:x dtsPort:5", "1 dstPrt dstPort|15 dtsPort dstPort")]
    [InlineData("quiteOther:1", "")]
    public void Hints_UnknownField_NamesTheNearestKnownOne(string text, string expected)
    {
        Assert.True(QueryParser.TryParse(text, out _, out _, out var mentions));
        Assert.Equal(expected, string.Join('|', QueryHints.Of(text, mentions, Fields).Select(hint => $"{hint.Column} {hint.Field} {hint.Nearest}")));
    }

    private static IReadOnlyList<string> Frequent(string field) => field switch
    {
        "evt" => ["ps", "file", "net"],
        "psUser" => ["SYSTEM", "NETWORK SERVICE", "user1"],
        "psPath" => [@"C:\Program Files\x.exe"],
        "dstPort" => ["443", "80"],
        _ => [],
    };

    private static (string Text, int Caret) Split(string text)
    {
        var caret = text.IndexOf('|', StringComparison.Ordinal);
        return (text.Remove(caret, 1), caret);
    }
}
