using Akashi.Portal.Contracts;

namespace Akashi.Identity.Tenants.Pages;

/// <summary>Texts of the pages about contracts.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
