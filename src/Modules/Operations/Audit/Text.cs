using Akashi.Portal.Contracts;

namespace Akashi.Operations.Audit;

/// <summary>Texts of the pages about the audit log.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
