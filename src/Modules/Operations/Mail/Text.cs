using Akashi.Portal.Contracts;

namespace Akashi.Operations.Mail;

/// <summary>Texts of the pages about mail.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
