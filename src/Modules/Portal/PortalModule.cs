using Akashi.Platform.Hosting;
using Akashi.Platform.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Portal;

/// <summary>What every page shares: layout, components, assets, languages; and the portal's own home.</summary>
public sealed class PortalModule : AkashiModule
{
    public override string Name => "Portal";

    public override void AddServices(IServiceCollection services, ServerOptions options)
    {
    }

    public override void MapRoutes(ServiceRoutes routes)
    {
    }
}
