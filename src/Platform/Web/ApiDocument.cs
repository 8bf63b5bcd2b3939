using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Akashi.Platform.Web;

/// <summary>
/// The OpenAPI document, served at <c>https://api.BASE/openapi/v1.json</c>: the routes for programs, each with its host, permission and
/// credential. Pages for people are not in it.
/// </summary>
internal static class ApiDocument
{
    public const string Name = "v1";
    public const string Route = "/openapi/{documentName}.json";

    private const string TokenScheme = "token";
    private const string CertificateScheme = "certificate";

    public static void Configure(OpenApiOptions options)
    {
        options.ShouldInclude = description => HostOf(description.ActionDescriptor.EndpointMetadata) is ServiceHost.Api or ServiceHost.Agent or ServiceHost.Enrol;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Akashi", Version = Name, Description = "Errors are problem details (RFC 9457) with a stable member 'code'." };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [TokenScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "API token akt_…" },
                [CertificateScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.MutualTLS, Description = "Terminal certificate" },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            var hosts = context.ApplicationServices.GetRequiredService<ServiceHosts>();
            var host = HostOf(metadata) ?? ServiceHost.Api;
            operation.Servers = [new OpenApiServer { Url = hosts.OriginOf(host) }];
            var access = metadata.OfType<RouteAccess>().Single();
            if (access.Permission is not { } permission)
            {
                operation.Description = access.Reason;
                return Task.CompletedTask;
            }
            operation.Description = $"Permission: {permission}";
            var scheme = host == ServiceHost.Agent ? CertificateScheme : TokenScheme;
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] }];
            return Task.CompletedTask;
        });
    }

    private static ServiceHost? HostOf(IList<object> metadata)
    {
        var name = metadata.OfType<IHostMetadata>().FirstOrDefault()?.Hosts is [var first, ..] ? first : null;
        return Enum.TryParse<ServiceHost>(name?.Split('.')[0], ignoreCase: true, out var host) ? host : null;
    }
}
