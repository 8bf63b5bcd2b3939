namespace Akashi.Traces.Store.Columns;

/// <summary>Runs of rows with a number each. Several readers may ask at once.</summary>
/// <param name="ends">Ascending: the row behind the last of each run.</param>
internal sealed class RowRuns(int[] ends, int[] values)
{
    // Where the row asked for last stands: the next one is mostly in the same run.
    private int _recent;

    public int[] Ends => ends;

    public int[] Values => values;

    public int this[int row] => values[RunOf(row)];

    public int Start(int run) => run == 0 ? 0 : ends[run - 1];

    public int RunOf(int row)
    {
        var run = _recent;
        if (row >= Start(run) && row < ends[run]) return run;
        run = Array.BinarySearch(ends, row + 1);
        return _recent = run < 0 ? ~run : run;
    }
}
