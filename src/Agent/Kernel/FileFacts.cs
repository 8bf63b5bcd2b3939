using System.Runtime.InteropServices;
using System.Text;

namespace Akashi.Agent.Kernel;

/// <summary>The part of Linux' <c>struct statx</c> that the agent reads; 256 bytes in all.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal unsafe struct FileFacts
{
    private const uint BasicStats = 0x7ff;
    private const int EmptyPath = 0x1000;

    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(32)] public ulong Inode;
    [FieldOffset(40)] public ulong Size;
    [FieldOffset(112)] public long ModifiedSeconds;
    [FieldOffset(120)] public uint ModifiedNanoseconds;
    [FieldOffset(136)] public uint DeviceMajor;
    [FieldOffset(140)] public uint DeviceMinor;

    public readonly bool IsRegular => (Mode & 0xF000) == 0x8000;

    /// <param name="path">UTF-8 or raw bytes, without the ending NUL.</param>
    public static bool TryRead(ReadOnlySpan<byte> path, out FileFacts facts)
    {
        facts = default;
        if (path.Length >= 4096) return false;
        Span<byte> terminated = stackalloc byte[path.Length + 1];
        path.CopyTo(terminated);
        terminated[path.Length] = 0;
        fixed (byte* text = terminated)
        fixed (FileFacts* target = &facts)
        {
            return LibC.StatX(LibC.CurrentFolder, text, 0, BasicStats, target) == 0;
        }
    }

    public static bool TryRead(int descriptor, out FileFacts facts)
    {
        facts = default;
        byte nothing = 0;
        fixed (FileFacts* target = &facts) return LibC.StatX(descriptor, &nothing, EmptyPath, BasicStats, target) == 0;
    }

    public static bool TryRead(string path, out FileFacts facts) => TryRead(Encoding.UTF8.GetBytes(path), out facts);
}
