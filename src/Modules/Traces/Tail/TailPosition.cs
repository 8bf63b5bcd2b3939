using System.Globalization;

namespace Akashi.Traces.Tail;

/// <summary>Up to where a tail has come: a batch, by its place in the tenant's log, and a line in it. Written <c>leaf_line</c>.</summary>
/// <param name="Leaf">The batch that is next, or being read.</param>
/// <param name="Line">Its first line that was not told yet.</param>
internal readonly record struct TailPosition(long Leaf, int Line)
{
    /// <returns>False for what is no position; then a tail begins now.</returns>
    public static bool TryParse(string? text, out TailPosition position)
    {
        position = default;
        if (text?.Split('_') is not [var leaf, var line]) return false;
        if (!long.TryParse(leaf, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || !int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        position = new TailPosition(index, number);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Leaf}_{Line}");
}
