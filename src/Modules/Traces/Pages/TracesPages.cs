using Akashi.Platform.Web;

namespace Akashi.Traces.Pages;

/// <summary>The module's pages on the console.</summary>
internal static class TracesPages
{
    public static void Map(ServiceRoutes routes)
    {
    }
}
