using Akashi.Agent.Kernel.Bpf;
using Akashi.Agent.Kernel.Btf;

namespace Akashi.Agent.Kernel.Programs;

/// <summary>Where the fields lie in the structures of the running kernel.</summary>
internal sealed class KernelLayout(BtfReader btf)
{
    public const string Source = "/sys/kernel/btf/vmlinux";

    public BtfReader Types { get; } = btf;

    public int TaskTgid { get; } = Field(btf, "task_struct"u8, "tgid"u8);
    public int TaskPid { get; } = Field(btf, "task_struct"u8, "pid"u8);
    public int TaskMemory { get; } = Field(btf, "task_struct"u8, "mm"u8);
    public int TaskParent { get; } = Field(btf, "task_struct"u8, "real_parent"u8);
    public int TaskLeader { get; } = Field(btf, "task_struct"u8, "group_leader"u8);
    public int TaskStart { get; } = btf.FieldOffset("task_struct"u8, "start_boottime"u8) ?? Field(btf, "task_struct"u8, "real_start_time"u8);
    public int TaskCredentials { get; } = Field(btf, "task_struct"u8, "cred"u8);
    public int TaskExitCode { get; } = Field(btf, "task_struct"u8, "exit_code"u8);
    public int TaskSignal { get; } = Field(btf, "task_struct"u8, "signal"u8);
    /// <summary>Absent in kernels built without audit.</summary>
    public int? TaskLoginUser { get; } = btf.FieldOffset("task_struct"u8, "loginuid"u8);
    public int? TaskSession { get; } = btf.FieldOffset("task_struct"u8, "sessionid"u8);
    public int SignalLive { get; } = Field(btf, "signal_struct"u8, "live"u8);
    public int CredentialsEffectiveUser { get; } = Field(btf, "cred"u8, "euid"u8);
    public int MemoryArgumentsStart { get; } = Field(btf, "mm_struct"u8, "arg_start"u8);
    public int MemoryArgumentsEnd { get; } = Field(btf, "mm_struct"u8, "arg_end"u8);
    public int ProgramInterpreter { get; } = Field(btf, "linux_binprm"u8, "interp"u8);
    public int ProgramFile { get; } = Field(btf, "linux_binprm"u8, "file"u8);
    public int FileInode { get; } = Field(btf, "file"u8, "f_inode"u8);
    public int InodeNumber { get; } = Field(btf, "inode"u8, "i_ino"u8);
    public int InodeSuperBlock { get; } = Field(btf, "inode"u8, "i_sb"u8);
    public int InodeSize { get; } = Field(btf, "inode"u8, "i_size"u8);
    /// <summary>Seconds; a plain field since Linux 6.11, before that a timespec64, which begins with its seconds.</summary>
    public int InodeModified { get; } = btf.FieldOffset("inode"u8, "i_mtime_sec"u8) ?? btf.FieldOffset("inode"u8, "__i_mtime"u8) ?? Field(btf, "inode"u8, "i_mtime"u8);
    public int SuperBlockDevice { get; } = Field(btf, "super_block"u8, "s_dev"u8);
    public int SocketFamily { get; } = Field(btf, "sock_common"u8, "skc_family"u8);
    public int SocketRemotePort { get; } = Field(btf, "sock_common"u8, "skc_dport"u8);
    public int SocketRemote4 { get; } = Field(btf, "sock_common"u8, "skc_daddr"u8);
    public int SocketLocal4 { get; } = Field(btf, "sock_common"u8, "skc_rcv_saddr"u8);
    public int SocketRemote6 { get; } = Field(btf, "sock_common"u8, "skc_v6_daddr"u8);
    public int SocketLocal6 { get; } = Field(btf, "sock_common"u8, "skc_v6_rcv_saddr"u8);
    /// <summary>Stays set when the socket is unhashed, other than skc_num.</summary>
    public int SocketLocalPort { get; } = Field(btf, "inet_sock"u8, "inet_sport"u8);
    public int SocketSent { get; } = Field(btf, "tcp_sock"u8, "bytes_sent"u8);
    public int SocketReceived { get; } = Field(btf, "tcp_sock"u8, "bytes_received"u8);

    public static KernelLayout OfRunningKernel()
    {
        if (!File.Exists(Source)) throw new BpfException($"The kernel has no type information ({Source}); it was built without CONFIG_DEBUG_INFO_BTF.");
        try
        {
            return new KernelLayout(BtfReader.Parse(File.ReadAllBytes(Source)));
        }
        catch (FormatException e)
        {
            throw new BpfException($"{Source}: {e.Message}");
        }
    }

    public int Tracepoint(string name) =>
        Types.Find(BtfKind.Typedef, System.Text.Encoding.ASCII.GetBytes("btf_trace_" + name))
        ?? throw new BpfException($"The kernel has no tracepoint '{name}'.");

    public int Function(string name) =>
        Types.Find(BtfKind.Function, System.Text.Encoding.ASCII.GetBytes(name))
        ?? throw new BpfException($"The kernel has no function '{name}'.");

    private static int Field(BtfReader btf, ReadOnlySpan<byte> structure, ReadOnlySpan<byte> field) =>
        btf.FieldOffset(structure, field)
        ?? throw new BpfException($"The kernel's structure '{System.Text.Encoding.ASCII.GetString(structure)}' has no field '{System.Text.Encoding.ASCII.GetString(field)}'.");
}
