using Akashi.Traces.Query;
using Akashi.Traces.Store.Columns;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Query;

public class RowSetTests
{
    [Fact]
    public void AddEqualAddWhereNextAbsentRemove_AnyNumbers_AgreeWithAPlainLoop() => Seeded.Repeat(chance =>
    {
        var codes = Enumerable.Range(0, chance.Next(300)).Select(_ => (ushort)chance.Next(5)).ToArray();
        var wanted = Enumerable.Range(0, 5).Select(_ => chance.Chance(50)).ToArray();
        var (one, first, end) = (chance.Next(5), chance.Next(codes.Length + 1), chance.Next(codes.Length + 1));
        var (equal, among) = (new RowSet(codes.Length), new RowSet(codes.Length));
        equal.AddEqual(codes, (ushort)one);
        among.AddWhere(codes, wanted);
        Assert.Equal(Rows(row => codes[row] == one), Members(equal));
        Assert.Equal(Rows(row => wanted[codes[row]]), Members(among));
        Assert.Equal(Enumerable.Range(0, codes.Length).Select(row => Enumerable.Range(row, codes.Length + 1 - row).First(next => next == codes.Length || !wanted[codes[next]])), Enumerable.Range(0, codes.Length).Select(among.NextAbsent));
        among.Remove(first, end);
        Assert.Equal(Rows(row => wanted[codes[row]] && (row < first || row >= end)), Members(among));

        List<int> Rows(Func<int, bool> isIn) => [.. Enumerable.Range(0, codes.Length).Where(isIn)];
        static List<int> Members(RowSet rows) => [.. Enumerable.Range(0, rows.Size).Where(row => rows[row])];
    }, 0.5);

    [Fact]
    public void CodeWidths_AnyLength_CopyEach() => Seeded.Repeat(chance =>
    {
        var bytes = chance.Bytes(chance.Next(200));
        var (wide, narrow, next) = (new ushort[bytes.Length], new byte[bytes.Length], new ushort[bytes.Length]);
        CodeWidths.Widen(bytes, wide);
        Assert.Equal(bytes.Select(code => (ushort)code), wide);
        CodeWidths.Narrow(wide, narrow);
        Assert.Equal(bytes, narrow);
        var codes = bytes.Select(code => code * 256).ToArray();
        CodeWidths.NarrowNext(codes, next);
        Assert.Equal(codes.Select(code => (ushort)(code + 1)), next);
    }, 0.3);
}
