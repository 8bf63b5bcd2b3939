using System.Runtime.InteropServices;
using Akashi.Supervisor;

namespace Akashi.Cli.Doctor;

/// <summary>What the agent of this machine needs of the kernel to record everything.</summary>
internal static partial class AgentChecks
{
    private const uint NotifyClass = 0x0; // FAN_CLASS_NOTIF: only listens, holds nobody up
    private const uint CloseOnExecute = 0x1;
    private static readonly Version FirstKernelWithRingBuffer = new(5, 8);

    public static IReadOnlyList<Finding> Run()
    {
        var subject = Words.Say("Agent", "エージェント");
        if (!Environment.IsPrivilegedProcess)
            return [Finding.Warn(subject, Words.Say("not root: it records less, and short processes may be missing", "root ではないため記録が少なく、短いプロセスは欠けることがあります"), Words.Say("Run ./akashi up as root to record everything.", "すべてを記録するには root で ./akashi up を実行してください。"))];
        return [FileEvents(), KernelPrograms()];
    }

    private static Finding FileEvents()
    {
        var descriptor = OpenNotifications(NotifyClass | CloseOnExecute, 0);
        if (descriptor >= 0) _ = Close(descriptor);
        return descriptor >= 0
            ? Finding.Ok("fanotify", Words.Say("file events can be recorded", "ファイルの記録が可能です"))
            : Finding.Warn("fanotify", Marshal.GetLastPInvokeErrorMessage(), Words.Say("File events are recorded with less detail. The kernel needs CONFIG_FANOTIFY; a container needs CAP_SYS_ADMIN.", "ファイルの記録が粗くなります。カーネルの CONFIG_FANOTIFY、コンテナーでは CAP_SYS_ADMIN が必要です。"));
    }

    private static Finding KernelPrograms() =>
        File.Exists("/sys/kernel/btf/vmlinux") && Environment.OSVersion.Version >= FirstKernelWithRingBuffer
            ? Finding.Ok("BPF", Words.Say("processes and connections can be recorded without gaps", "プロセスと接続を漏れなく記録できます"))
            : Finding.Warn("BPF", Words.Say("the kernel is older than 5.8, or /sys/kernel/btf/vmlinux is missing", "カーネルが 5.8 より古いか、/sys/kernel/btf/vmlinux がありません"), Words.Say("Very short processes may be recorded as incomplete. Use a kernel of Debian 12 or newer; in a container, mount /sys.", "ごく短いプロセスは不完全な記録になることがあります。Debian 12 以降のカーネルを使い、コンテナーでは /sys をマウントしてください。"));

    [LibraryImport("libc", EntryPoint = "fanotify_init", SetLastError = true)]
    private static partial int OpenNotifications(uint flags, uint eventFlags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
