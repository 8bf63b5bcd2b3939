using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Operations.Tests;
using Akashi.Portal;
using Akashi.TestKit;
using Akashi.Traces;

[assembly: AssemblyFixture(typeof(OperationsServer))]

namespace Akashi.Operations.Tests;

/// <summary>The whole service with two tenants; shared by the tests that leave it as they found it.</summary>
public sealed class OperationsServer : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public TwoTenants Tenants { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync(new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new TracesModule(), new OperationsModule(), new PortalModule());
        Tenants = await TwoTenants.CreateAsync(Server);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
