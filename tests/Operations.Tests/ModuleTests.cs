namespace Akashi.Operations.Tests;

public sealed class ModuleTests(OperationsServer fixture)
{
    [Fact]
    public async Task Service_WithTheOperationsModule_AnswersItsHealthCheck()
    {
        using var client = fixture.Server.CreateClient(Platform.Web.ServiceHost.Api);
        using var answer = await client.GetAsync(new Uri("/healthz", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);
    }
}
