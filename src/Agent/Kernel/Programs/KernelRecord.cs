using System.Runtime.InteropServices;

namespace Akashi.Agent.Kernel.Programs;

/// <summary>Kinds of records our BPF programs write to the ring; also the index of their drop counter.</summary>
internal enum KernelRecordKind { Execute = 0, Fork = 1, Exit = 2, Connect = 3, Accept = 4, Close = 5, Listen = 6 }

[Flags]
internal enum ConnectionFlags : ushort { None = 0, Accepted = 1, Failed = 2 }

/// <summary>Begins every record. Times are nanoseconds: <see cref="At"/> of the monotonic clock, starts since boot.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct RecordHead
{
    public uint Kind;
    public int Process;
    public ulong At;
    public ulong ProcessStart;
}

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct ForkRecord
{
    public RecordHead Head;
    public int Parent;
    public uint Unused;
    public ulong ParentStart;
}

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct ExitRecord
{
    public RecordHead Head;
    public int ExitCode;
    public uint Unused;
}

/// <summary>Followed by <see cref="NameLength"/> bytes of image name (with its NUL) and <see cref="ArgumentsRead"/> bytes of arguments.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct ExecuteRecord
{
    public const int NameLimit = 1024;
    public const int ArgumentsLimit = 8192;

    public RecordHead Head;
    public int Parent;
    public uint EffectiveUser;
    public ulong ParentStart;
    public uint LoginUser;
    public uint Session;
    public ulong Inode;
    public ulong Size;
    public long Modified;
    public uint Device;
    public uint NameLength;
    public uint ArgumentsTotal;
    public uint ArgumentsRead;
}

[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal unsafe struct ConnectionRecord
{
    public RecordHead Head;
    /// <summary>2 = IPv4, 10 = IPv6.</summary>
    public ushort Family;
    /// <summary>Network byte order.</summary>
    public ushort LocalPort;
    public ushort RemotePort;
    public ConnectionFlags Flags;
    public fixed byte Local[16];
    public fixed byte Remote[16];
    public ulong Sent;
    public ulong Received;
    /// <summary>The IPv4 ends; of an IPv6 socket valid only when <see cref="Remote"/> is an IPv4 address in IPv6 form.</summary>
    public fixed byte Local4[4];
    public fixed byte Remote4[4];
}
