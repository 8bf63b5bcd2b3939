using System.Net;
using Akashi.Identity.SignIn;
using Akashi.Identity.Tests.Users;
using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Identity.Tests.SignInPolicies;

public sealed class FactorTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    public async ValueTask InitializeAsync() => (_server, _tenants) = await IdentityServer.StartOwnAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Page_Raise_AsksForTheCodeFromThenOn()
    {
        using var browser = await _tenants.SignInToConsoleAsync(_tenants.A);
        var raised = await browser.FollowAsync(await browser.SubmitAsync(ServiceHost.Console, "/sign-in-policy", []));
        Assert.Contains("2 要素", raised.Body, StringComparison.Ordinal);
        using var next = _server.CreateBrowser();
        Assert.Equal(CodeSignIn.Path, (await next.SubmitAsync(ServiceHost.Portal, "/sign-in", TwoTenants.FieldsOf(_tenants.A))).Location?.AbsolutePath);
        using var other = await _tenants.SignInAsync(_tenants.B); // the neighbour's policy is its own
    }

    [Fact]
    public async Task Api_LowerAgain_IsRefused()
    {
        using var api = new PeopleApi(_server, _tenants.A.Token);
        Assert.Equal("password", (await api.GetAsync("/api/v1/sign-in-policy"))["factors"]);
        Assert.Equal(HttpStatusCode.NoContent, (await api.PutAsync("/api/v1/sign-in-policy", new { factors = "password+mail" })).Status);
        Assert.Equal("factors-stay-two", (await api.PutAsync("/api/v1/sign-in-policy", new { factors = "password" })).Code);
        Assert.Equal("field-invalid", (await api.PutAsync("/api/v1/sign-in-policy", new { factors = "none" })).Code);
        Assert.Equal("password+mail", (await api.GetAsync("/api/v1/sign-in-policy"))["factors"]);
        Assert.Equal(1, (await _server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.audit_entry WHERE action = 'sign-in-policy.change'")).Single());
    }
}
