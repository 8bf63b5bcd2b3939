using Akashi.Operations.Audit;

namespace Akashi.Operations.Tests.Audit;

public class AuditChangeTests
{
    [Theory]
    [InlineData(null, null, "")]
    [InlineData("{\"a\":1}", null, "a:1>")]
    [InlineData(null, "{\"a\":\"x\"}", "a:>x")]
    [InlineData("{\"a\":1,\"b\":2}", "{\"b\":3,\"c\":null}", "a:1> b:2>3 c:>–")]
    [InlineData("{\"a\":[\"x\",\"y\"]}", "{\"a\":{\"b\":\"証\"}}", "a:x, y>{\"b\":\"証\"}")]
    [InlineData("5", "\"text\"", ":5>text")]
    public void Between_TwoRecords_NamesEachValue(string? before, string? after, string expected) =>
        Assert.Equal(expected, string.Join(' ', AuditChange.Between(before, after).Select(change => $"{change.Name}:{change.Before}>{change.After}")));
}
