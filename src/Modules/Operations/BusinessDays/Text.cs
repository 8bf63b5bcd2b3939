using Akashi.Portal.Contracts;

namespace Akashi.Operations.BusinessDays;

/// <summary>Texts of the page about the calendar.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
