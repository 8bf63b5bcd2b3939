using System.Globalization;
using System.Net;

namespace Akashi.Agent.Connections;

/// <summary>A line of /proc/net/tcp or tcp6.</summary>
/// <param name="State">The kernel's number: 1 established, 2 SYN sent, 10 listening.</param>
internal readonly record struct SocketRow(IPEndPoint Local, IPEndPoint Remote, int State, ulong Inode);

/// <summary>TCP sockets from /proc/net and their processes from /proc/PID/fd: for what was there before the agent, and as the fallback.</summary>
internal static class SocketTables
{
    public const int Established = 1, SynSent = 2, Listening = 10;
    private const int MostRows = 65_536;

    public static List<SocketRow> Read() => [.. ReadFile("/proc/net/tcp"), .. ReadFile("/proc/net/tcp6")];

    public static IEnumerable<(ushort Port, int Process)> Listeners()
    {
        var rows = Read().Where(r => r.State == Listening).ToList();
        var owners = Owners([.. rows.Select(r => r.Inode)]);
        foreach (var row in rows)
        {
            if (owners.TryGetValue(row.Inode, out var process)) yield return ((ushort)row.Local.Port, process);
        }
    }

    /// <summary>Which process holds each of the sockets; costs a walk over all descriptors of all processes.</summary>
    public static Dictionary<ulong, int> Owners(HashSet<ulong> inodes)
    {
        var owners = new Dictionary<ulong, int>();
        if (inodes.Count == 0) return owners;
        foreach (var process in Processes.ProcFolder.Ids())
        {
            foreach (var descriptor in Descriptors(process))
            {
                var link = Processes.ProcFolder.Link(descriptor);
                if (TryParseSocket(link, out var inode) && inodes.Contains(inode)) owners.TryAdd(inode, process);
            }
        }
        return owners;
    }

    /// <param name="line">For example <c>0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12345 …</c>.</param>
    public static SocketRow? Parse(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 9 && ParseEnd(fields[1]) is { } local && ParseEnd(fields[2]) is { } remote
            && int.TryParse(fields[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var state)
            && ulong.TryParse(fields[9], NumberStyles.None, CultureInfo.InvariantCulture, out var inode) ? new SocketRow(local, remote, state, inode) : null;
    }

    private static IEnumerable<SocketRow> ReadFile(string path) =>
        File.Exists(path) ? File.ReadLines(path).Skip(1).Take(MostRows).Select(Parse).OfType<SocketRow>() : [];

    private static IEnumerable<string> Descriptors(int process)
    {
        try
        {
            return Directory.GetFileSystemEntries($"/proc/{process}/fd");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Addresses are words of 32 bits in the machine's order, ports are big-endian hex.</summary>
    private static IPEndPoint? ParseEnd(string text)
    {
        var colon = text.IndexOf(':');
        if (colon is not (8 or 32) || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var port)) return null;
        Span<byte> address = stackalloc byte[colon / 2];
        for (var word = 0; word < colon / 8; word++)
        {
            if (!uint.TryParse(text.AsSpan(word * 8, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) return null;
            BitConverter.TryWriteBytes(address[(word * 4)..], value);
        }
        return new IPEndPoint(new IPAddress(address), port);
    }

    private static bool TryParseSocket(string link, out ulong inode)
    {
        const string Prefix = "socket:[";
        inode = 0;
        return link.StartsWith(Prefix, StringComparison.Ordinal) && link.EndsWith(']')
            && ulong.TryParse(link.AsSpan(Prefix.Length, link.Length - Prefix.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out inode);
    }
}
