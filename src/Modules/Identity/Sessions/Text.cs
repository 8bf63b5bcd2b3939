using Akashi.Portal.Contracts;

namespace Akashi.Identity.Sessions;

/// <summary>Texts of the pages about sign-ins that are under way.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
