using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query.Operators;

/// <summary>A regular expression ready to run over values and columns.</summary>
internal static class RegexScan
{
    public static EntryScan Of(RegexPattern pattern) => new(new RegexNeeds(pattern).Needle(), (text, folder) => pattern.Regex.IsMatch(folder.Characters(text)), asWritten: !pattern.IgnoreCase);
}
