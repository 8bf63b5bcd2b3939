using System.Globalization;
using System.Text;
using Akashi.Agent.Kernel;

namespace Akashi.Agent.Processes;

/// <summary>What /proc tells about a process that is alive.</summary>
internal sealed record ProcFacts(int Id, ulong StartTicks, int ParentId, string Path, uint EffectiveUser, uint LoginUser, uint Session, byte[] Arguments);

/// <summary>Reads /proc; a process can vanish between any two reads.</summary>
internal static unsafe class ProcFolder
{
    private const int LongestArguments = 64 * 1024;

    public static IEnumerable<int> Ids()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) yield return id;
        }
    }

    public static ProcFacts? Read(int id)
    {
        try
        {
            if (ParseStat(ReadText($"/proc/{id}/stat")) is not { } stat) return null;
            var user = ParseStatus(ReadText($"/proc/{id}/status"));
            return new ProcFacts(id, stat.StartTicks, stat.ParentId, Link($"/proc/{id}/exe"), user, ReadNumber($"/proc/{id}/loginuid"), ReadNumber($"/proc/{id}/sessionid"), Arguments(id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static ulong? StartTicks(int id)
    {
        try
        {
            return ParseStat(ReadText($"/proc/{id}/stat"))?.StartTicks;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Fields 4 (parent) and 22 (start) of proc(5)'s stat; the name in field 2 may hold anything, even parentheses.</summary>
    public static (int ParentId, ulong StartTicks)? ParseStat(string stat)
    {
        var close = stat.LastIndexOf(')');
        if (close < 0) return null;
        var fields = stat[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19 && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var parent)
            && ulong.TryParse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture, out var start) ? (parent, start) : null;
    }

    public static byte[] Arguments(int id)
    {
        using var file = File.OpenHandle($"/proc/{id}/cmdline");
        var buffer = new byte[4096];
        var length = 0;
        while (RandomAccess.Read(file, buffer.AsSpan(length), length) is > 0 and var read)
        {
            length += read;
            if (length < buffer.Length) continue;
            if (length >= LongestArguments) break;
            Array.Resize(ref buffer, buffer.Length * 4);
        }
        return buffer[..length];
    }

    /// <summary>Target of a symbolic link, or empty.</summary>
    public static string Link(string path)
    {
        Span<byte> buffer = stackalloc byte[4096];
        Span<byte> terminated = stackalloc byte[64];
        if (path.Length >= terminated.Length) return "";
        var length = Encoding.UTF8.GetBytes(path, terminated);
        terminated[length] = 0;
        fixed (byte* name = terminated)
        fixed (byte* target = buffer)
        {
            var read = LibC.ReadLink(name, target, (nuint)buffer.Length);
            return read <= 0 ? "" : Encoding.UTF8.GetString(buffer[..(int)read]);
        }
    }

    private static string ReadText(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> buffer = stackalloc byte[4096];
        return Encoding.UTF8.GetString(buffer[..RandomAccess.Read(file, buffer, 0)]);
    }

    private static uint ParseStatus(string status)
    {
        const string Key = "\nUid:";
        var at = status.IndexOf(Key, StringComparison.Ordinal);
        if (at < 0) return 0;
        var fields = status[(at + Key.Length)..].Split((char[])['\t', ' ', '\n'], 3, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 && uint.TryParse(fields[1], CultureInfo.InvariantCulture, out var effective) ? effective : 0;
    }

    private static uint ReadNumber(string path) =>
        File.Exists(path) && uint.TryParse(ReadText(path), CultureInfo.InvariantCulture, out var number) ? number : uint.MaxValue;
}
