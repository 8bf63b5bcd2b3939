using Akashi.Portal.Contracts;

namespace Akashi.Operations.Health;

/// <summary>Texts of the page about the service's health.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
