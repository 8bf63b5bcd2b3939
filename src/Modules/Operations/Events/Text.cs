using Akashi.Portal.Contracts;

namespace Akashi.Operations.Events;

/// <summary>Texts of the page about events.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
