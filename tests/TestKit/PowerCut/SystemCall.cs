using System.Globalization;
using System.Text.RegularExpressions;

namespace Akashi.TestKit.PowerCut;

/// <summary>One system call of a trace that strace(1) wrote with <c>-f -yy -ttt</c>.</summary>
/// <param name="Begin">Line on which it began; for sends the moment that counts.</param>
/// <param name="End">Line on which it ended; for fsync and rename the moment that counts.</param>
/// <param name="Time">When it ended, seconds; for comparing two traces.</param>
/// <param name="Arguments">As strace prints them.</param>
/// <param name="Result">Return value; negative on failure.</param>
public sealed partial record SystemCall(int Begin, int End, double Time, string Name, string Arguments, long Result)
{
    /// <summary>Path of the first argument when it is a descriptor of a file.</summary>
    public string? DescriptorPath => FileDescriptor().Match(Arguments) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Client's port when the first argument is a connection that was accepted on the given port.</summary>
    public int? ClientOf(int serverPort)
    {
        var match = Connection().Match(Arguments);
        return match.Success && match.Groups[1].Value == serverPort.ToString(CultureInfo.InvariantCulture) ? int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) : null;
    }

    public bool IsDatabase => Arguments.Contains("<UNIX-STREAM:", StringComparison.Ordinal);

    /// <summary>Quoted strings among the arguments, in order; file names here hold no escapes.</summary>
    public IReadOnlyList<string> Texts => [.. Quoted().Matches(Arguments).Select(match => match.Groups[1].Value)];

    /// <summary>Reads a trace; calls that had not ended are left out.</summary>
    public static IReadOnlyList<SystemCall> Read(IEnumerable<string> lines)
    {
        var calls = new List<SystemCall>();
        var open = new Dictionary<string, (int Begin, string Text)>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var parts = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length < 3 || !double.TryParse(parts[1], CultureInfo.InvariantCulture, out var time)) continue;
            var (process, text, begin) = (parts[0], parts[2], number);
            if (text.EndsWith(" <unfinished ...>", StringComparison.Ordinal))
            {
                open[process] = (number, text[..^" <unfinished ...>".Length]);
                continue;
            }
            if (Resumed().Match(text) is { Success: true } resumed)
            {
                if (!open.Remove(process, out var first)) continue;
                (text, begin) = (first.Text + text[resumed.Length..], first.Begin);
            }
            if (Whole().Match(text) is { Success: true } call)
                calls.Add(new SystemCall(begin, number, time, call.Groups[1].Value, call.Groups[2].Value, long.TryParse(call.Groups[3].Value, CultureInfo.InvariantCulture, out var result) ? result : -1));
        }
        return [.. calls.OrderBy(call => call.End)];
    }

    [GeneratedRegex(@"^\d+<([^:>]*)>", RegexOptions.None, 1000)]
    private static partial Regex FileDescriptor();

    [GeneratedRegex(@"^\d+<TCP:\[[^\]]*?:(\d+)->[^\]]*?:(\d+)\]>", RegexOptions.None, 1000)]
    private static partial Regex Connection();

    [GeneratedRegex("\"([^\"\\\\]*)\"", RegexOptions.None, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>", RegexOptions.None, 1000)]
    private static partial Regex Resumed();

    [GeneratedRegex(@"^(\w+)\((.*)\)\s+= (-?\d+)", RegexOptions.Singleline, 1000)]
    private static partial Regex Whole();
}
