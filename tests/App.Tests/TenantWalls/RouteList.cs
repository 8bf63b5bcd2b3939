using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.App.Tests.TenantWalls;

/// <summary>A route as its description says: where names, queries and bodies could carry somebody else's id.</summary>
/// <param name="Path">With <c>{parameters}</c>.</param>
/// <param name="Body">Names of the JSON body's text members; null when it takes no JSON.</param>
/// <param name="Form">Names of a form's fields; null when it takes no form.</param>
internal sealed partial record WalledRoute(ServiceHost Host, string Method, string Path, IReadOnlyList<string> Query, IReadOnlyList<string>? Body, IReadOnlyList<string>? Form)
{
    public IReadOnlyList<string> PathParameters => [.. Parameter().Matches(Path).Select(match => match.Value)];

    public string Fill(string value) => Parameter().Replace(Path, Uri.EscapeDataString(value));

    public override string ToString() => $"{Method} {Host}{Path}";

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();
}

/// <summary>The routes for programs from the OpenAPI document, those for people from the server's own list: a new one is covered on the day it is added.</summary>
internal static class RouteList
{
    public static async Task<IReadOnlyList<WalledRoute>> OfAsync(WalledServer walled)
    {
        using var client = walled.Server.CreateClient(ServiceHost.Api);
        using var document = JsonDocument.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var routes = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Where(method => method.Value.ValueKind == JsonValueKind.Object)
            .Select(method => OfDocument(walled, document.RootElement, path.Name, method))).ToList();
        routes.AddRange(Pages(walled));
        return routes;
    }

    private static WalledRoute OfDocument(WalledServer walled, JsonElement document, string path, JsonProperty method)
    {
        var operation = method.Value;
        var host = walled.Server.Hosts.Find(new Uri(operation.GetProperty("servers")[0].GetProperty("url").GetString()!).Host)!.Value;
        var query = operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "query").Select(parameter => parameter.GetProperty("name").GetString()!).ToList() : [];
        IReadOnlyList<string>? body = null;
        if (operation.TryGetProperty("requestBody", out var request) && request.GetProperty("content").TryGetProperty("application/json", out var json))
        {
            var schema = json.GetProperty("schema");
            if (schema.TryGetProperty("$ref", out var reference)) schema = document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
            body = [.. schema.GetProperty("properties").EnumerateObject().Where(property => property.Value.TryGetProperty("type", out var type) && type.ToString().Contains("string", StringComparison.Ordinal)).Select(property => property.Name)];
        }
        return new WalledRoute(host, method.Name.ToUpperInvariant(), path, query, body, null);
    }

    private static IEnumerable<WalledRoute> Pages(WalledServer walled) =>
        from endpoint in walled.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<RouteAccess>() is not null && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is not null
        from name in endpoint.Metadata.GetMetadata<IHostMetadata>()?.Hosts ?? []
        let host = walled.Server.Hosts.Find(name)
        where host is ServiceHost.Portal or ServiceHost.Console or ServiceHost.Storage
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods
        let parameters = endpoint.Metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? []
        select new WalledRoute(host.Value, method, endpoint.RoutePattern.RawText ?? "/", [.. parameters.SelectMany(QueryOf)], null, FormOf(parameters, method));

    private static IEnumerable<string> QueryOf(ParameterInfo parameter)
    {
        if (parameter.GetCustomAttribute<AsParametersAttribute>() is null) return IsSimple(parameter.ParameterType) ? [parameter.Name!] : [];
        return parameter.ParameterType.GetProperties().Where(property => IsSimple(property.PropertyType)).Select(property => property.GetCustomAttribute<FromQueryAttribute>()?.Name ?? property.Name);
    }

    private static bool IsSimple(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        return type == typeof(string) || type.IsPrimitive || type.IsEnum || type == typeof(DateTimeOffset) || type == typeof(Guid) || type == typeof(DateOnly);
    }

    private static IReadOnlyList<string>? FormOf(ParameterInfo[] parameters, string method)
    {
        if (method != "POST") return null;
        var form = parameters.FirstOrDefault(parameter => parameter.GetCustomAttribute<FromFormAttribute>() is not null)?.ParameterType;
        return form is null ? [] : [.. form.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(property => property.Name)];
    }
}
