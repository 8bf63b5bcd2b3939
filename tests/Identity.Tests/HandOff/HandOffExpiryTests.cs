using System.Net;
using Akashi.Platform.Web;

namespace Akashi.Identity.Tests.HandOff;

public sealed class HandOffExpiryTests
{
    [Fact]
    public async Task Arrive_AfterHalfAMinute_IsRefused()
    {
        var (server, tenants) = await IdentityServer.StartOwnAsync();
        await using var _ = server;
        using var browser = await tenants.SignInAsync(tenants.A);
        var begin = await browser.GetAsync(ServiceHost.Console, "/begin?return=/");
        var portal = await browser.GetAsync(begin.Location!);
        server.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(portal.Location!)).Status);
    }
}
