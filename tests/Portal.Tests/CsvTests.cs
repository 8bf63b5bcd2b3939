using System.Text;
using Akashi.Portal.Contracts;

namespace Akashi.Portal.Tests;

public sealed class CsvTests
{
    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("", "\"\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("a,b\r\nc", "\"a,b\r\nc\"")]
    [InlineData("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"")]
    [InlineData("+81-3", "\"'+81-3\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("＝１＋１", "\"'＝１＋１\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("=\"\"", "\"'=\"\"\"\"\"")]
    public async Task Write_Table(string value, string expected)
    {
        using var buffer = new MemoryStream();
        await using (var csv = new Csv(buffer)) await csv.WriteAsync(value, "second");
        Assert.Equal("\uFEFF" + expected + ",\"second\"\r\n", Encoding.UTF8.GetString(buffer.ToArray()));
    }

    [Fact]
    public async Task Write_ManyRows_KeepsAllAndOneMark()
    {
        using var buffer = new MemoryStream();
        await using (var csv = new Csv(buffer))
        {
            for (var i = 0; i < 20_000; i++) await csv.WriteAsync($"行 {i}");
        }
        var text = Encoding.UTF8.GetString(buffer.ToArray());
        Assert.Equal(20_000, text.Split("\r\n").Length - 1);
        Assert.Equal(0, text.LastIndexOf('\uFEFF'));
    }
}
