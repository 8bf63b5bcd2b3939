using Akashi.Portal.Contracts;

namespace Akashi.Operations.Jobs;

/// <summary>Texts of the pages about jobs.</summary>
internal static class Text
{
    public static readonly PageText Of = new(typeof(Text));
}
