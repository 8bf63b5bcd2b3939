using System.Net;
using System.Text.RegularExpressions;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Portal.Tests;

/// <summary>Every route of the service, as the service itself lists them: a new one is covered on the day it is added.</summary>
public sealed partial class RouteTests(PortalServer fixture)
{
    private sealed record Route(ServiceHost Host, string Method, string Path, string? ContentType, TenantScope? Scope);

    [Fact]
    public async Task EveryRoute_WithoutCredential_IsRefused()
    {
        var routes = Guarded();
        Assert.InRange(routes.Count, 25, 1000);
        foreach (var route in routes)
            Assert.Equal((route, HttpStatusCode.Unauthorized), (route, await AskAsync(route, _ => { })));
    }

    [Fact]
    public async Task EveryRoute_WithACredentialOfAnotherHost_IsRefused()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        var cookies = new Dictionary<ServiceHost, string>
        {
            [ServiceHost.Portal] = browser.Cookie(ServiceHost.Portal, "__Host-akashi-session")!,
            [ServiceHost.Console] = browser.Cookie(ServiceHost.Console, "__Host-akashi-session")!,
        };
        foreach (var route in Guarded())
        {
            foreach (var (host, cookie) in cookies.Where(cookie => cookie.Key != route.Host))
                Assert.True(await AskAsync(route, request => request.Headers.Add("Cookie", "__Host-akashi-session=" + cookie)) == HttpStatusCode.Unauthorized, $"{route} took a session of {host}");
            if (route.Host != ServiceHost.Api)
                Assert.True(await AskAsync(route, request => request.Headers.Authorization = new("Bearer", fixture.Tenants.A.Token)) == HttpStatusCode.Unauthorized, $"{route} took an API token");
        }
    }

    [Fact]
    public async Task EveryApiRoute_AsAnOperatorOnATenant_IsClosedButForImport()
    {
        foreach (var route in Guarded().Where(route => route.Host == ServiceHost.Api && !route.Path.Contains("/import/", StringComparison.Ordinal)))
        {
            var status = await AskAsync(route, request =>
            {
                request.Headers.Authorization = new("Bearer", fixture.Tenants.Operator.Token);
                request.Headers.Add("Akashi-Tenant", fixture.Tenants.A.SupportId);
            });
            Assert.True(status == HttpStatusCode.Forbidden, $"{route} answered an operator on a customer's tenant with {status}");
        }
    }

    [Fact]
    public async Task EveryForm_WithASessionButWithoutItsToken_IsRefused()
    {
        using var customer = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        using var provider = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.Operator);
        foreach (var route in Guarded().Where(route => route.Method == "POST" && route.Host is (ServiceHost.Portal or ServiceHost.Console)))
        {
            var answer = await (route.Scope == TenantScope.Service ? provider : customer).PostAsync(route.Host, route.Path, [new("x", "y")]);
            Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{route} answered {answer.Status} without the form's token");
        }
    }

    /// <summary>Routes that demand a permission, with something in place of each parameter.</summary>
    private List<Route> Guarded() =>
        [.. fixture.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<RouteAccess>()?.Permission is not null)
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(method => new Route(
                fixture.Server.Hosts.Find(endpoint.Metadata.GetMetadata<IHostMetadata>()!.Hosts.Single())!.Value,
                method,
                Parameter().Replace(endpoint.RoutePattern.RawText ?? "/", match => Sample(match.Value)),
                endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0],
                endpoint.Metadata.GetMetadata<RouteAccess>()?.Scope)))];

    /// <summary>Something that the parameter's constraint lets through.</summary>
    private static string Sample(string parameter) =>
        parameter.Contains(":guid", StringComparison.Ordinal) ? Guid.Empty.ToString() : parameter.Contains(":int", StringComparison.Ordinal) || parameter.Contains(":long", StringComparison.Ordinal) ? "2026" : "x";

    private async Task<HttpStatusCode> AskAsync(Route route, Action<HttpRequestMessage> credential)
    {
        using var client = fixture.Server.CreateClient(route.Host);
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.Path);
        // A body of another type than the route reads would already miss the route.
        if (route.ContentType is { } type) request.Content = new ByteArrayContent([]) { Headers = { ContentType = new(type) } };
        credential(request);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();
}
