using Akashi.Platform.Hosting;
using Akashi.Platform.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Identity;

/// <summary>Tenants, people, how they sign in, their sessions and tokens.</summary>
public sealed class IdentityModule : AkashiModule
{
    public override string Name => "Identity";

    public override void AddServices(IServiceCollection services, ServerOptions options)
    {
    }

    public override void MapRoutes(ServiceRoutes routes)
    {
    }
}
