using Akashi.Portal.Contracts;

namespace Akashi.Identity;

/// <summary>Identity's texts.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
