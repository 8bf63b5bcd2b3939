namespace Akashi.Traces.Store;

/// <summary>A segment file that is not as it was written. The remedy is to rebuild the segment from the archive.</summary>
/// <param name="Block">Null when the damage lies outside the blocks.</param>
/// <param name="Column">Name of the damaged column, or of the part of the file.</param>
internal sealed record SegmentDamaged(Guid SegmentId, string File, int? Block, string Column, string Reason)
{
    public const string Id = "traces.segment-damaged";

    public override string ToString() =>
        $"Segment {SegmentId:N} ('{File}') is damaged in {(Block is { } block ? $"block {block}, " : "")}{Column}: {Reason} Rebuild it from the archive.";
}

/// <summary>Ends an answer that a damaged segment would otherwise shorten or falsify.</summary>
internal sealed class SegmentDamagedException(SegmentDamaged damage, Exception? cause = null) : IOException(damage.ToString(), cause)
{
    public SegmentDamaged Damage { get; } = damage;
}

/// <summary>An answer would not fit into the memory that a search may use.</summary>
/// <param name="what">Of what there are too many: <see cref="Groups"/> or <see cref="Steps"/>.</param>
internal sealed class SearchTooBroadException(string what, long most) : Exception($"There are more than {most} {what}.")
{
    public const string Groups = "groups";
    public const string Steps = "steps";

    public string What => what;

    public long Most => most;
}
