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
            Name = System.Text.Encoding.UTF8.GetBytes(facts.Path),
            Arguments = facts.Arguments,
            ArgumentsTotal = (uint)facts.Arguments.Length,
            Incomplete = image.Inode == 0 && facts.Arguments.Length == 0,
        });
    }
}
