using Akashi.TestKit;

namespace Akashi.Identity.Tests.Users;

/// <summary>A server of the test's own with two customers, and the API as the first one's administrator uses it.</summary>
public abstract class PeopleTests : IAsyncLifetime
{
    private protected TestServer Server { get; private set; } = null!;

    private protected TwoTenants Tenants { get; private set; } = null!;

    private protected PeopleApi Administrator { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        (Server, Tenants) = await IdentityServer.StartOwnAsync();
        Administrator = new PeopleApi(Server, Tenants.A.Token);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Administrator.Dispose();
        await Server.DisposeAsync();
    }
}
