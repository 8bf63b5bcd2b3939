using Akashi.Agent.Kernel;

namespace Akashi.Agent.Processes;

/// <summary>Records a start from what /proc tells, for the sources that see no more.</summary>
internal static class ProcFolderStart
{
    public static void Record(ProcessRecorder processes, ProcFacts facts, ulong startTicks, DateTimeOffset at)
    {
        var image = FileFacts.TryRead($"/proc/{facts.Id}/exe", out var file)
            ? new ImageKey(file.DeviceMajor << 20 | file.DeviceMinor, file.Inode, file.Size, file.ModifiedSeconds)
            : default;
        processes.Started(new ProcessStart
        {
            At = at,
            Id = facts.Id,
            StartTicks = startTicks,
            ParentId = facts.ParentId,
            ParentTicks = processes.Find(facts.ParentId)?.StartTicks ?? 0,
            EffectiveUser = facts.EffectiveUser,
            LoginUser = facts.LoginUser,
            Session = facts.Session,
            Image = image,
            Name = ImageName(facts),
            Arguments = facts.Arguments,
            ArgumentsTotal = (uint)facts.Arguments.Length,
            Incomplete = image.Inode == 0 && facts.Arguments.Length == 0,
        });
    }

    /// <summary>An ordinary user may not ask for the image of others' processes; their first argument is the next best.</summary>
    private static ReadOnlySpan<byte> ImageName(ProcFacts facts)
    {
        if (facts.Path.Length > 0) return System.Text.Encoding.UTF8.GetBytes(facts.Path);
        var first = facts.Arguments.AsSpan();
        var end = first.IndexOf((byte)0);
        return end >= 0 ? first[..end] : first;
    }
}
