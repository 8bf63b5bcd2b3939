using Akashi.Portal.Contracts;

namespace Akashi.Traces.Help;

/// <summary>Texts of the help about queries.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
