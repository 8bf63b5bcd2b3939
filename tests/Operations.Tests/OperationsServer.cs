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

    public async ValueTask InitializeAsync() => (Server, Tenants) = await StartOwnAsync();

    /// <summary>Another one, for tests that change what others would see.</summary>
    public static async Task<(TestServer Server, TwoTenants Tenants)> StartOwnAsync()
    {
        var server = await TestServer.StartAsync(new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new TracesModule(), new OperationsModule(), new PortalModule());
        return (server, await TwoTenants.CreateAsync(server));
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
