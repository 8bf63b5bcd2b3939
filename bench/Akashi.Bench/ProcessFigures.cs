using System.Globalization;

namespace Akashi.Bench;

/// <summary>What the kernel says of processes (proc(5)).</summary>
internal static class ProcessFigures
{
    private const double TicksPerSecond = 100; // USER_HZ on every Linux that .NET runs on

    /// <summary>CPU seconds of a process, its living descendants and the children that it has waited for.</summary>
    public static double CpuSeconds(int root)
    {
        var stats = Directory.EnumerateDirectories("/proc").Select(folder => Path.GetFileName(folder)).Where(name => name.All(char.IsAsciiDigit))
            .Select(ReadStat).OfType<Stat>().ToDictionary(stat => stat.Id);
        var total = 0.0;
        foreach (var stat in stats.Values.Where(stat => IsBelow(stat.Id))) total += stat.Ticks;
        return total / TicksPerSecond;

        bool IsBelow(int id)
        {
            for (var depth = 0; depth < 64 && stats.TryGetValue(id, out var stat); depth++)
            {
                if (stat.Id == root) return true;
                id = stat.Parent;
            }
            return false;
        }
    }

    /// <summary>Highest resident memory so far, in MB.</summary>
    public static double PeakMemory(int process) => StatusKilobytes(process, "VmHWM:") / 1024;

    public static double ResidentMemory(int process) => StatusKilobytes(process, "VmRSS:") / 1024;

    private static double StatusKilobytes(int process, string name)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line[name.Length..^2].Trim(), CultureInfo.InvariantCulture);
    }

    private sealed record Stat(int Id, int Parent, long Ticks);

    private static Stat? ReadStat(string id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            // Fields 4 (parent) and 14–17 (own and waited-for children's ticks), counted behind the name.
            return new Stat(int.Parse(id, CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture), fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it ended meanwhile
        }
    }
}
