using Akashi.Platform.Web;

namespace Akashi.Endpoints.Pages;

/// <summary>The module's pages on the console.</summary>
internal static class EndpointsPages
{
    public static void Map(ServiceRoutes routes)
    {
    }
}
