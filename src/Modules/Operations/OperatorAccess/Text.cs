using Akashi.Portal.Contracts;

namespace Akashi.Operations.OperatorAccess;

/// <summary>Texts of the pages about operators' access.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
