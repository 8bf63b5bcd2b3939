using Akashi.Portal.Contracts;

namespace Akashi.Portal;

/// <summary>The portal's texts.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
