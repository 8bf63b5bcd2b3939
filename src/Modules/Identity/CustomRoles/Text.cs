using Akashi.Portal.Contracts;

namespace Akashi.Identity.CustomRoles;

/// <summary>Texts of the pages about roles.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
