using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Operations;
using Akashi.Portal.Tests;
using Akashi.TestKit;
using Akashi.Traces;

[assembly: AssemblyFixture(typeof(PortalServer))]

namespace Akashi.Portal.Tests;

/// <summary>The whole service with two tenants; tenant A has traces.</summary>
public sealed class PortalServer : IAsyncLifetime
{
    public const string Terminal = "0f8c2a54-77aa-4c1e-9d1c-3b3f0d6f2a11";

    public TestServer Server { get; private set; } = null!;

    public TwoTenants Tenants { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync(new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new TracesModule(), new OperationsModule(), new PortalModule());
        Tenants = await TwoTenants.CreateAsync(Server);
        await TraceSample.ImportAsync(Server, Tenants.A);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
