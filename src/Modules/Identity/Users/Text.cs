using Akashi.Portal.Contracts;

namespace Akashi.Identity.Users;

/// <summary>Texts of the pages about people.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
