using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Akashi.Agent.Processes;

/// <summary>What the agent knows of one process. Strings are shared between entries of the same image.</summary>
internal sealed class ProcessEntry(int id, ulong startTicks)
{
    public int Id { get; } = id;

    /// <summary>Start in hundredths of a second since boot, as /proc/PID/stat tells it.</summary>
    public ulong StartTicks { get; } = startTicks;

    public string Path { get; set; } = "";
    public string User { get; set; } = "";
    public int ParentId { get; set; }
    /// <summary>The parent as it was when this process began; it may have ended since.</summary>
    public string ParentGuid { get; set; } = "";
    public string ParentPath { get; set; } = "";

    /// <summary>Left out by policy: named there, or begun by such a process.</summary>
    public bool Excluded { get; set; }

    /// <summary>Whether a line with this process' own start has been written; a fork without exec has none.</summary>
    public bool Announced { get; set; }

    /// <summary>Monotonic timestamp of its end, 0 while it runs.</summary>
    public long EndedAt { get; set; }

    /// <summary>Process pairs as they stand in its lines; composed at first use, dropped when the image changes.</summary>
    public byte[]? Pairs { get; set; }

    public string? KnownGuid { get; private set; }

    /// <summary>
    /// Stable for the life of the process, the same after a restart of the agent: from terminal, boot, process id and start.
    /// </summary>
    public string Guid(string terminalAndBoot) => KnownGuid ??= Compute(terminalAndBoot);

    private string Compute(string terminalAndBoot)
    {
        Span<byte> input = stackalloc byte[160];
        var length = Encoding.ASCII.GetBytes(terminalAndBoot.AsSpan(0, Math.Min(terminalAndBoot.Length, 140)), input);
        BinaryPrimitives.WriteInt32LittleEndian(input[length..], Id);
        BinaryPrimitives.WriteUInt64LittleEndian(input[(length + 4)..], StartTicks);
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(input[..(length + 12)], digest);
        digest[6] = (byte)((digest[6] & 0x0F) | 0x80); // RFC 9562 §5.8: version 8, own construction
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest[..16], bigEndian: true).ToString("B");
    }
}
