using System.CommandLine;
using System.Text.RegularExpressions;
using Akashi.Cli;
using Akashi.Cli.Calls;
using Akashi.TestKit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Akashi.Architecture.Tests;

/// <summary>Whatever the API can do, a command can do.</summary>
public sealed partial class ClientCoverageTests
{
    /// <summary>Routes that no command calls, with the reason. Empty is best.</summary>
    private static readonly Dictionary<string, string> Exceptions = [];

    [Fact]
    public async Task Commands_OfTheClient_CoverEveryRouteOfTheApi()
    {
        await using var server = await TestServer.StartAsync(Modules.All);
        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(RoutesOf).ToHashSet(StringComparer.Ordinal);
        Assert.True(routes.Count > 60, "the routes were not found");
        var called = Calls(CommandTree.Create(TimeProvider.System)).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Missing(routes, called));
        Assert.Subset(routes, called); // no command is for nothing
        Assert.DoesNotContain(Exceptions.Keys, route => !routes.Contains(route) || called.Contains(route)); // nor an exception
    }

    [Fact]
    public void Route_WithoutACommand_IsFound() =>
        Assert.Equal(["GET /api/v1/probe"], Missing(["GET /api/v1/probe", "GET /api/v1/users"], Calls(CommandTree.Create(TimeProvider.System)).ToHashSet(StringComparer.Ordinal)));

    [Fact]
    public void Commands_AtEveryDepth_SayWhatTheyDo()
    {
        var commands = All(CommandTree.Create(TimeProvider.System)).ToList();
        Assert.Empty(commands.Where(command => string.IsNullOrEmpty(command.Description)).Select(command => command.Name));
        Assert.Empty(commands.GroupBy(command => string.Join(' ', command.Parents.Select(parent => parent.Name).Append(command.Name))).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    private static IEnumerable<string> Missing(IEnumerable<string> routes, HashSet<string> called) => routes.Where(route => !called.Contains(route) && !Exceptions.ContainsKey(route)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> RoutesOf(RouteEndpoint endpoint)
    {
        var path = "/" + Constraint().Replace(endpoint.RoutePattern.RawText!.TrimStart('/'), "}");
        return path.StartsWith("/api/v1/", StringComparison.Ordinal) ? (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(method => $"{method} {path}") : [];
    }

    private static IEnumerable<string> Calls(Command command) => All(command).OfType<ApiCommand>().SelectMany(one => one.Routes).Select(route => route.ToString());

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    [GeneratedRegex(@":[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Constraint();
}
