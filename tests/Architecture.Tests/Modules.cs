using System.Reflection;
using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Operations;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.Traces;

namespace Akashi.Architecture.Tests;

internal static class Modules
{
    public static AkashiModule[] All => [new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new TracesModule(), new OperationsModule(), new PortalModule()];

    public static IEnumerable<Assembly> Assemblies => All.Select(module => module.GetType().Assembly);

    /// <summary>Schema of a module: its name in lower case.</summary>
    public static string SchemaOf(Assembly assembly) => assembly.GetName().Name!["Akashi.".Length..].ToLowerInvariant();
}
