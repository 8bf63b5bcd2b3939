using Akashi.Portal.Contracts;

namespace Akashi.Identity.SignInPolicies;

/// <summary>Texts of the page about how people sign in.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
