using Akashi.Portal.Contracts;

namespace Akashi.Operations.MailServer;

/// <summary>Texts of the page about a tenant's own mail server.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
