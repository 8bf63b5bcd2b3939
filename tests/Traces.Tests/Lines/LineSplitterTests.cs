using System.Text;
using Akashi.Traces.Lines;

namespace Akashi.Traces.Tests.Lines;

public class LineSplitterTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a|None")]
    [InlineData("a\n", "a|Lf")]
    [InlineData("a\r\n", "a|CrLf")]
    [InlineData("\n", "|Lf")]
    [InlineData("\r\n", "|CrLf")]
    [InlineData("a\n\nb", "a|Lf,|Lf,b|None")]
    [InlineData("a\rb\r\r\nc\r", "a\rb\r|CrLf,c\r|None")]
    [InlineData("\r", "\r|None")]
    public void MoveNext_Log_GivesLines(string log, string expected) =>
        Assert.Equal(expected, string.Join(",", Split(Encoding.UTF8.GetBytes(log)).Select(line => $"{Encoding.UTF8.GetString(line.Line)}|{line.End}")));

    [Fact]
    public void MoveNext_AnyBytes_LosesNone() => Seeded.Repeat(chance =>
    {
        var log = chance.Bytes(chance.Next(200)).Select(b => b % 4 == 0 ? (byte)'\n' : b % 4 == 1 ? (byte)'\r' : b).ToArray();
        Assert.Equal(log, Split(log).SelectMany(line => line.Line.Concat(line.End.Bytes().ToArray())));
    }, 0.3);

    internal static List<(byte[] Line, LineEnd End)> Split(byte[] log)
    {
        var lines = new List<(byte[], LineEnd)>();
        var splitter = new LineSplitter(log);
        while (splitter.MoveNext()) lines.Add((splitter.Line.ToArray(), splitter.End));
        return lines;
    }
}
