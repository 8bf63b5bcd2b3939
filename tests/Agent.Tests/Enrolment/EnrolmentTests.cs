using Akashi.Agent.Tests.Peers;

namespace Akashi.Agent.Tests.Enrolment;

public sealed class EnrolmentTests
{
    [Fact]
    public async Task Run_FirstStart_EnrolsOnceKeepsKeyPrivate()
    {
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        agent.Start();
        await Eventually.TrueAsync(() => !peer.Batches.IsEmpty, "a batch. " + agent.Log);
        Assert.False(File.Exists(Path.Combine(agent.Root, "token")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(agent.Data, "terminal.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(agent.Data));
        Assert.Equal(0, await agent.StopAsync());
        var tmid = await File.ReadAllTextAsync(Path.Combine(agent.Data, "tmid"), TestContext.Current.CancellationToken);
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n$", tmid);

        agent.Start();
        var sent = peer.Batches.Count;
        await Eventually.TrueAsync(() => peer.Batches.Count > sent, "a batch of the second run. " + agent.Log);
        Assert.Equal(0, await agent.StopAsync());
        Assert.Equal(1, peer.Enrolments);
        Assert.All(peer.Batches.Keys, name => Assert.StartsWith(tmid.Trim(), name, StringComparison.Ordinal));
        var lines = peer.Lines();
        Assert.Equal(lines.Count, lines.Keys.Last());
        Assert.DoesNotContain(lines.Values, l => l.Contains("lastStop=unclean", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_TokenRefused_ExitsAndSaysWhatToDo()
    {
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        agent.Start("wrong");
        await Eventually.TrueAsync(() => agent.HasExited, "the end of the agent");
        Assert.Equal(1, agent.ExitCode);
        Assert.Contains("enrol.token", agent.Log, StringComparison.Ordinal);
        Assert.Contains("new token", agent.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", agent.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CertificateNearItsEnd_RenewsByItselfWithNewKey()
    {
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        peer.Lifetime = TimeSpan.FromSeconds(12);
        agent.Start();
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(agent.Data, "terminal.pem")), "the first certificate. " + agent.Log);
        var key = await File.ReadAllTextAsync(Path.Combine(agent.Data, "terminal.key"), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => agent.Log.Contains("is renewed until", StringComparison.Ordinal), "the renewal. " + agent.Log);
        Assert.Equal(1, peer.Renewals);
        Assert.NotEqual(key, await File.ReadAllTextAsync(Path.Combine(agent.Data, "terminal.key"), TestContext.Current.CancellationToken));
        Assert.False(File.Exists(Path.Combine(agent.Data, "terminal.next.pem")));
        Assert.True(peer.ClientCertificates.Distinct(StringComparer.Ordinal).Count() >= 2);
        var sent = peer.Batches.Count;
        await Eventually.TrueAsync(() => peer.Batches.Count > sent + 1, "batches with the new certificate. " + agent.Log);
        Assert.Equal(0, await agent.StopAsync());
    }

    [Fact]
    public async Task Run_KilledBetweenAnswerAndStoring_EnrolsAgainWithSameRequest()
    {
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        agent.Start();
        await Eventually.TrueAsync(() => !peer.Batches.IsEmpty, "a batch. " + agent.Log);
        await agent.KillAsync();
        // As it was a moment earlier: the token is used at the service, the certificate not yet stored here.
        File.Delete(Path.Combine(agent.Data, "terminal.pem"));
        await File.WriteAllTextAsync(Path.Combine(agent.Data, "terminal.csr"), peer.Requests.Single(), TestContext.Current.CancellationToken);
        var sent = peer.Batches.Count;
        agent.Start();
        await Eventually.TrueAsync(() => peer.Batches.Count > sent, "a batch after the second enrolment. " + agent.Log);
        Assert.Equal(2, peer.Enrolments);
        Assert.False(File.Exists(Path.Combine(agent.Data, "terminal.csr")));
        Assert.Equal(0, await agent.StopAsync());
    }

    [Fact]
    public async Task Run_SecondAgentInSameFolder_Refused()
    {
        await using var peer = await ServicePeer.StartAsync();
        await using var agent = new AgentProcess(peer);
        agent.Start();
        await Eventually.TrueAsync(() => !peer.Batches.IsEmpty, "a batch. " + agent.Log);
        await using var second = new AgentProcess(peer, agent.Root);
        second.Start();
        await Eventually.TrueAsync(() => second.HasExited, "the end of the second");
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("Another agent already runs", second.Log, StringComparison.Ordinal);
        Assert.Equal(0, await agent.StopAsync());
    }

    [Fact]
    public void Parse_Table()
    {
        static void F(string line, string? problem)
        {
            var problems = new List<string>();
            var options = AgentOptions.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), problems);
            if (problem is null) Assert.NotNull(options);
            else Assert.Contains(problem, string.Join('\n', problems), StringComparison.Ordinal);
        }
        F("run --data /d --service https://akashi.localhost:8443", null);
        F("", "is no command");
        F("start", "is no command");
        F("run", "--data is missing");
        F("run --data /d --service http://akashi.localhost", "no https address");
        F("run --data /d --service https://127.0.0.1", "no https address");
        F("run --data /d --service https://a --wrong x", "'--wrong' is no option");
        F("run --data /d --service", "has no value");
        F("run --data /d --data /e --service https://a", "given twice");
        F("run --data /d --service https://a --authority /does/not/exist", "does not exist");
        F("run --data /d --service https://a --spool-bytes 5", "no number from");
    }
}
