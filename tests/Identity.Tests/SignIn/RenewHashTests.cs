using System.Net;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Identity.Tests.SignIn;

public sealed class RenewHashTests
{
    [Fact]
    public async Task SignIn_AfterTheCostRose_RenewsTheHashAndKeepsThePassword()
    {
        await using var server = await TestServer.StartAsync([new IdentityModule(), new PortalModule()], services => services.AddSingleton(new SignInPolicy { PasswordRounds = 220_000 }));
        var tenants = await TwoTenants.CreateAsync(server);
        Assert.StartsWith("v1$pbkdf2-sha512$210000$", await HashAsync(), StringComparison.Ordinal);
        using var first = await tenants.SignInAsync(tenants.A);
        var renewed = await HashAsync();
        Assert.StartsWith("v1$pbkdf2-sha512$220000$", renewed, StringComparison.Ordinal);
        using var second = await tenants.SignInAsync(tenants.A);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync(ServiceHost.Portal, "/")).Status);
        Assert.Equal(renewed, await HashAsync()); // once is enough

        async Task<string> HashAsync() => (await server.Database.QueryAsOwnerAsync<string>("SELECT password_hash FROM identity.user_account WHERE tenant_id = @id", new { id = tenants.A.Id.Value })).Single();
    }
}
