using System.Text;
using Akashi.Bench.Traces.Rows;

namespace Akashi.Bench.Tests.Traces;

public class TraceColumnsTests
{
    [Fact]
    public void Write_Line_GivesOneCellAKey()
    {
        using var rows = new MemoryStream();
        new TraceColumns().Write("02/01/2026 13:20:00.507 +0900 sn=17 evt=ps lv=high cmd=\"a \"\"C:\\b\"\"\" strange=1 usr=\"\"\n"u8, rows);
        var cells = Encoding.UTF8.GetString(rows.ToArray()).TrimEnd('\n').Split('\t');
        Assert.Equal(4 + TraceColumns.All.Count, cells.Length);
        Assert.Equal(["1", "1769919600", "507", "540"], cells[..4]);
        var filled = TraceColumns.All.Index().Where(item => cells[4 + item.Index] is not ("" or "0")).Select(item => $"{item.Item.Key}={cells[4 + item.Index]}");
        Assert.Equal(["evt=ps", "sn=17", @"cmd=a ""C:\\b"""], filled);
    }
}
