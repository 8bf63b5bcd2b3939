using System.Text;
using Akashi.TestKit.ClickHouse;
using Akashi.Traces.ClickHouse;
using Akashi.Traces.Tests.Contract;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.ClickHouse;

public sealed class SqlLiteralTests(ClickHouseFixture clickHouse) : IClassFixture<ClickHouseFixture>
{
    [Theory]
    [InlineData("", "''")]
    [InlineData("powershell.exe", "'powershell.exe'")]
    [InlineData("' OR 1 --", @"'\x27 OR 1 --'")]
    [InlineData(@"\' OR 1", @"'\x5c\x27 OR 1'")]
    [InlineData("a\0b\n", @"'a\x00b\x0a'")]
    [InlineData("証", @"'\xe8\xa8\xbc'")]
    [InlineData("{p:String};", @"'\x7bp:String\x7d\x3b'")]
    public void Of_Text_IsOneLiteral(string text, string expected) => Assert.Equal(expected, SqlLiteral.Of(text));

    [Fact]
    public void Of_AnyBytes_HoldsNothingThatCouldEndIt() => Seeded.Repeat(chance =>
    {
        var literal = SqlLiteral.Of(chance.Bytes(chance.Next(300)));
        Assert.Matches(@"\A'(?:[A-Za-z0-9 ._:/-]|\\x[0-9a-f]{2})*'\z", literal);
    });

    [Fact]
    public async Task Of_AnyBytes_ComeBackFromTheServer()
    {
        Assert.SkipWhen(TestClickHouse.WhySkipped is not null, TestClickHouse.WhySkipped ?? "");
        var chance = new Seeded(BitConverter.ToUInt64(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8)));
        List<byte[]> texts = [[.. Enumerable.Range(0, 256).Select(value => (byte)value)], .. Enumerable.Range(0, 500).Select(_ => chance.Bytes(chance.Next(40))), .. LineMaker.Values.Select(Encoding.UTF8.GetBytes)];
        var answer = await clickHouse.Server.QueryAsync($"SELECT hex(text) FROM (SELECT arrayJoin([{SqlLiteral.List(texts)}]) AS text)");
        Assert.Equal(texts.Select(Convert.ToHexString), answer.Split('\n'));
    }
}
