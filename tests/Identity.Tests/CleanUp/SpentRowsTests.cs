using Akashi.Identity.CleanUp;
using Akashi.Identity.Tenants;
using Akashi.Platform.Database;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Identity.Tests.CleanUp;

public sealed class SpentRowsTests
{
    [Fact]
    public async Task Run_AfterTimesHavePassed_RemovesWhatIsSpentAndLeavesTheRest()
    {
        var (server, tenants) = await IdentityServer.StartOwnAsync();
        await using var _ = server;
        var job = server.Services.GetRequiredService<SpentRows>();
        using var old = await tenants.SignInToConsoleAsync(tenants.A);
        Assert.Equal(2, await CountAsync(server, "identity.session"));
        await job.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, await CountAsync(server, "identity.session"));

        server.Clock.Advance(TimeSpan.FromHours(13));
        using var fresh = await tenants.SignInAsync(tenants.B);
        var message = (await job.RunAsync(TestContext.Current.CancellationToken)).English;
        Assert.Equal(1, await CountAsync(server, "identity.session"));
        Assert.Contains("3 tenants", message, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await fresh.GetAsync(ServiceHost.Portal, "/")).Status);
    }

    [Fact]
    public async Task OperatorContact_OfAFreshService_IsTheAccountRecipientOfTheOperatorsContract()
    {
        var (server, tenants) = await IdentityServer.StartOwnAsync();
        await using var _ = server;
        var contact = await OperatorContacts.FindAsync(server.Services.GetRequiredService<AkashiDatabase>(), TestContext.Current.CancellationToken);
        Assert.Equal(tenants.Operator.Id, contact!.Tenant);
        Assert.Contains('@', contact.Mail);
    }

    private static async Task<long> CountAsync(TestServer server, string table) => (await server.Database.QueryAsOwnerAsync<long>($"SELECT count(*) FROM {table}")).Single();
}
