using System.Text;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.Receiving;

/// <summary>An authentic batch is evidence whatever its lines look like: taken, kept byte for byte, flagged.</summary>
public sealed class OddLinesTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private static readonly byte[][] Lines =
    [
        [.. "11/21/2026 12:00:00.000 +0900 evt=file subEvt=close path=\""u8, 0x83, 0x65, 0x83, 0x58, 0x83, 0x67, 0xFF, .. "\" odd=notUtf8\n"u8],
        [.. "11/21/2026 12:00:01.000 +0900 evt=ps subEvt=start odd=longLine cmd=\""u8, .. Enumerable.Repeat((byte)'x', 1 << 20), .. "\"\n"u8],
        [.. "11/21/2026 12:00:02.000 +0900 evt=ps subEvt=start odd=zeroByte cmd=\"a\0b\"\n"u8],
        [.. "01/01/1970 09:00:00.000 +0900 evt=ps subEvt=start odd=epoch cmd=\"old\"\r\n"u8],
        [.. "12/31/2099 23:59:59.999 +0900 evt=ps subEvt=start odd=future cmd=\"new\"\n"u8],
        [.. "no header at all odd=noHeader\n"u8],
        [.. "\n"u8],
        [.. "\r\n"u8],
        [.. "   \t  \n"u8],
        [.. "02/30/2026 12:00:00.000 +0900 odd=noSuchDay\n"u8],
        [.. "11/21/2026 12:00:03.000 +0900 odd=repeated a=1 a=2 a=\"\" a= a=- =x \"y\n"u8],
        [0, 0, 0, (byte)'\n'],
        [.. "11/21/2026 12:00:04.000 +0900 evt=ps subEvt=start odd=noEnd"u8],
    ];

    [Fact]
    public async Task Put_OddLines_AreAcknowledgedKeptVerbatimAndFlagged()
    {
        using var terminal = await TestTerminal.EnrolAsync(fixture.Service);
        using var api = fixture.Service.CreateApi();
        var batch = TestBatch.Of(TestBatch.NewName(terminal.Tmid, TimeProvider.System.GetUtcNow()), [.. Lines.SelectMany(line => line)]);

        var answer = await terminal.PutAsync(batch);
        Assert.True(answer is { Acknowledged: true, Stored: true, Lines: 13 }, answer.ToString());
        await Eventually.HoldsAsync(async () => await api.CountAsync("*") == Lines.Length, "all lines are searchable");

        // As a set: lines of one log come back in the order of their times. One without a terminator gets one when another follows it.
        var export = Encoding.Latin1.GetString(await api.ExportAsync("*"));
        var left = export;
        foreach (var line in Lines.Select(Encoding.Latin1.GetString).OrderByDescending(line => line.Length))
        {
            var at = left.IndexOf(line, StringComparison.Ordinal);
            Assert.True(at >= 0, $"a line of {line.Length} bytes is not in the export as it was sent");
            left = left.Remove(at, line.Length);
        }
        Assert.Equal("\n", left);

        var found = await api.SearchAsync("*");
        Assert.Equal(["epoch", "future"], Flagged(found, trace => trace.Skewed));
        Assert.True(found.Count(trace => trace.Unparsed) >= 5, "lines that are no traces are flagged as such");
        Assert.All((string[])["noHeader", "noSuchDay", "notUtf8"], odd => Assert.True(found.Single(trace => trace.Line.Contains("odd=" + odd, StringComparison.Ordinal)).Unparsed, odd));
        Assert.All((string[])["epoch", "future", "noEnd"], odd => Assert.False(found.Single(trace => trace.Line.Contains("odd=" + odd, StringComparison.Ordinal)).Unparsed, odd));
        Assert.Equal(1, await api.CountAsync("odd:epoch"));
        Assert.Equal(1, await api.CountAsync("odd:future"));

        var verify = await fixture.Service.VerifyAsync();
        Assert.True(verify.Code == 0, verify.Output);
    }

    private static List<string> Flagged(IEnumerable<ApiTrace> found, Func<ApiTrace, bool> flag) =>
        [.. found.Where(flag).Select(trace => trace.Fields.GetValueOrDefault("odd", "?")).Order(StringComparer.Ordinal)];
}
