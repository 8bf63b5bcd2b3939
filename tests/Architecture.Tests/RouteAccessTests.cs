using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Akashi.Architecture.Tests;

/// <summary>Every route says what it demands and whose data it touches, from the one catalogue; a server with one that does not refuses to start.</summary>
public sealed class RouteAccessTests
{
    [Fact]
    public async Task Start_WithAllModules_FindsEveryRouteDeclared()
    {
        await using var server = await TestServer.StartAsync(Modules.All);
        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints;
        Assert.NotEmpty(routes);
        Assert.All(routes, route => Assert.Null(Assert.Single(route.Metadata.OfType<RouteAccess>()).Fault()));
    }

    [Fact]
    public Task Start_WithARouteThatDeclaresNothing_IsRefused() => AssertRefusedAsync(route => route, "/probe");

    [Fact]
    public Task Start_WithARouteThatDeclaresTwice_IsRefused() =>
        AssertRefusedAsync(route => route.OpenToAnybody("a reason").RequirePermission(Permission.AccountSelf, TenantScope.Own), "/probe");

    [Fact]
    public Task Start_WithAScopeThatIsNotThePermissions_IsRefused() =>
        AssertRefusedAsync(route => route.RequirePermission(Permission.TracesSearch, TenantScope.Service), "TracesSearch");

    [Fact]
    public void Catalogue_EveryPermission_HasOneEntryWithAStableId()
    {
        Assert.Equal(Enum.GetValues<Permission>(), PermissionCatalogue.All.Select(entry => entry.Permission).Order());
        Assert.Equal(PermissionCatalogue.All.Count, PermissionCatalogue.All.DistinctBy(entry => entry.Id).Count());
    }

    private static async Task AssertRefusedAsync(Func<RouteHandlerBuilder, RouteHandlerBuilder> declare, string named)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await (await TestServer.StartAsync(new Violation(declare))).DisposeAsync());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private sealed class Violation(Func<RouteHandlerBuilder, RouteHandlerBuilder> declare) : AkashiModule
    {
        public override string Name => "violation";

        public override void AddServices(IServiceCollection services, ServerOptions options)
        {
        }

        public override void MapRoutes(ServiceRoutes routes) => declare(routes.Api.MapGet("/probe", () => "probe"));
    }
}
