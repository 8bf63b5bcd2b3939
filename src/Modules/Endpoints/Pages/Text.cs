using Akashi.Portal.Contracts;

namespace Akashi.Endpoints.Pages;

/// <summary>Texts of the pages about terminals.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
