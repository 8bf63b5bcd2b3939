using Akashi.Identity.Tests;
using Akashi.Portal;
using Akashi.TestKit;

[assembly: AssemblyFixture(typeof(IdentityServer))]

namespace Akashi.Identity.Tests;

/// <summary>One server with two tenants, for tests that do not change what others rely on.</summary>
public sealed class IdentityServer : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public TwoTenants Tenants { get; private set; } = null!;

    public static async Task<(TestServer Server, TwoTenants Tenants)> StartOwnAsync()
    {
        var server = await TestServer.StartAsync(new IdentityModule(), new PortalModule());
        return (server, await TwoTenants.CreateAsync(server));
    }

    public async ValueTask InitializeAsync() => (Server, Tenants) = await StartOwnAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
