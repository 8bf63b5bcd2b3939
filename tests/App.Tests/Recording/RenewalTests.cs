using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Recording;

/// <summary>Months pass for server and agent at once.</summary>
public sealed class RenewalTests
{
    [Fact]
    public async Task Certificate_WithAThirdOfItsLifeLeft_IsRenewedByTheAgentItself()
    {
        await using var service = await RunningService.StartAsync(new ServiceSettings(WithAgent: true));
        // Its first batch shows that it has its certificate safe: killed earlier, it would need its token again, which expires in a week.
        await Eventually.HoldsAsync(async () => await BatchesAsync(service, days: -1) > 0, "the agent has enrolled and sends");

        service.MoveClocks(TimeSpan.FromDays(50));
        await RestartAgentAsync(service);
        await Eventually.HoldsAsync(async () => await BatchesAsync(service, days: 49) > 0, "the agent sends 50 days later");
        Assert.Equal(1, await CertificatesAsync(service));

        service.MoveClocks(TimeSpan.FromDays(61));
        await RestartAgentAsync(service);
        await Eventually.HoldsAsync(async () => await CertificatesAsync(service) == 2, "the agent has renewed its certificate");
        await Eventually.HoldsAsync(async () => await BatchesAsync(service, days: 60) > 0, "the agent sends with the new certificate");
        Assert.Equal(1, await service.Database.SingleAsync<long>("SELECT count(DISTINCT subject) FROM certificates.certificate"));
    }

    private static async Task RestartAgentAsync(RunningService service)
    {
        var agent = service.Programs.Pid(ServicePrograms.Agent);
        ServicePrograms.Signal("KILL", agent);
        await service.Programs.RunsAgainAsync(ServicePrograms.Agent, agent);
    }

    private static Task<long> CertificatesAsync(RunningService service) => service.Database.SingleAsync<long>("SELECT count(*) FROM certificates.certificate");

    /// <summary>Batches that the server received after so many days, by its own clock.</summary>
    private static Task<long> BatchesAsync(RunningService service, int days) =>
        service.Database.SingleAsync<long>("SELECT count(*) FROM traces.batch WHERE received_at > now() + make_interval(days => @days)", new { days });
}
