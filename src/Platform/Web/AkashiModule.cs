using Akashi.Platform.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Platform.Web;

/// <summary>One module: its services and every route of it, readable as a table of contents.</summary>
public abstract class AkashiModule
{
    /// <summary>Also the name of the module's PostgreSQL schema, lower case.</summary>
    public abstract string Name { get; }

    public abstract void AddServices(IServiceCollection services, ServerOptions options);

    public abstract void MapRoutes(ServiceRoutes routes);

    /// <summary>Runs at every start after the migrations and before the first request; must be safe to repeat.</summary>
    public virtual Task StartAsync(IServiceProvider services, CancellationToken cancellation) => Task.CompletedTask;
}

/// <summary>Routes by host: a route answers on its own host only.</summary>
public sealed class ServiceRoutes(IReadOnlyDictionary<ServiceHost, IEndpointRouteBuilder> byHost)
{
    public IEndpointRouteBuilder Portal => byHost[ServiceHost.Portal];

    public IEndpointRouteBuilder Console => byHost[ServiceHost.Console];

    public IEndpointRouteBuilder Agent => byHost[ServiceHost.Agent];

    public IEndpointRouteBuilder Api => byHost[ServiceHost.Api];

    public IEndpointRouteBuilder Enrol => byHost[ServiceHost.Enrol];

    public IEndpointRouteBuilder On(ServiceHost host) => byHost[host];
}
