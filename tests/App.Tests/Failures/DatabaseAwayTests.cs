using System.Net;
using Akashi.TestKit.Crash;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.Failures;

/// <summary>PostgreSQL stands still or dies: senders are asked to come back, nothing is lost, all goes on by itself.</summary>
public sealed class DatabaseAwayTests(ImpatientServiceFixture fixture) : IClassFixture<ImpatientServiceFixture>
{
    private static readonly TimeProvider Clock = TimeProvider.System;
    private readonly RunningService _service = fixture.Service;

    [Fact]
    public async Task Put_DatabaseStandsStill_Is503WithRetryAfterAndGoesOnAfterwards()
    {
        using var terminal = await TestTerminal.EnrolAsync(_service);
        using var api = _service.CreateApi();
        var ledger = fixture.Ledger;
        await AcknowledgeAsync(terminal, ledger, ledger.Make(terminal.Tmid, Clock.GetUtcNow(), 100));
        var late = ledger.Make(terminal.Tmid, Clock.GetUtcNow(), 100);

        var database = ServicePrograms.WithChildren(_service.Programs.Pid(ServicePrograms.PostgreSql));
        ServicePrograms.Signal("STOP", database);
        try
        {
            var answer = await terminal.PutAsync(late);
            Assert.True(answer is { Status: HttpStatusCode.ServiceUnavailable, Code: "database-unavailable", RetryAfter: not null }, answer.ToString());
            var search = await Assert.ThrowsAsync<HttpRequestException>(() => api.CountAsync("*"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, search.StatusCode);
        }
        finally
        {
            ServicePrograms.Signal("CONT", database);
        }
        await UntilTakenAsync(terminal, ledger, late);
        await AssertWholeAsync(api, ledger);
    }

    [Fact]
    public async Task Put_DatabaseKilledAgainAndAgain_AnswersOnly200Or503AndLosesNothing()
    {
        const int kills = 3;
        using var terminal = await TestTerminal.EnrolAsync(_service);
        using var api = _service.CreateApi();
        var ledger = fixture.Ledger;
        var answers = new List<BatchAnswer>();
        for (var kill = 0; kill < kills; kill++)
        {
            await AcknowledgeAsync(terminal, ledger, ledger.Make(terminal.Tmid, Clock.GetUtcNow(), 50));
            var postmaster = _service.Programs.Pid(ServicePrograms.PostgreSql);
            // Once a backend alone: then PostgreSQL itself ends all others and recovers.
            var victim = kill == 1 ? ServicePrograms.WithChildren(postmaster)[^1] : postmaster;
            ServicePrograms.Signal("KILL", victim);
            for (var sent = 0; sent < 20; sent++)
            {
                var batch = ledger.Make(terminal.Tmid, Clock.GetUtcNow(), 10);
                var answer = await terminal.PutAsync(batch);
                if (answer.Acknowledged) ledger.Acknowledge(batch);
                answers.Add(answer);
                await Task.Delay(20);
            }
            await UntilTakenAsync(terminal, ledger, ledger.Make(terminal.Tmid, Clock.GetUtcNow(), 10));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", answers.GroupBy(answer => (int)answer.Status).Select(group => $"{group.Key}: {group.Count()}")));
        Assert.DoesNotContain(answers, answer => !answer.Acknowledged && answer is not { Status: HttpStatusCode.ServiceUnavailable, RetryAfter: not null });
        Assert.Contains(answers, answer => !answer.Acknowledged);
        await AssertWholeAsync(api, ledger);
    }

    private static async Task AcknowledgeAsync(TestTerminal terminal, BatchLedger ledger, TestBatch batch)
    {
        var answer = await terminal.PutAsync(batch);
        Assert.True(answer.Acknowledged, answer.ToString());
        ledger.Acknowledge(batch);
    }

    private static Task UntilTakenAsync(TestTerminal terminal, BatchLedger ledger, TestBatch batch) => Eventually.HoldsAsync(async () =>
    {
        if (!(await terminal.PutAsync(batch)).Acknowledged) return false;
        ledger.Acknowledge(batch);
        return true;
    }, "the batch is taken");

    private async Task AssertWholeAsync(ServiceApi api, BatchLedger ledger)
    {
        await StoreProof.IndexedAsync(_service);
        Assert.Empty(ledger.Judge(await api.ExportAsync("*")));
        await StoreProof.VerifiedAsync(_service);
    }
}

/// <summary>The server as it is, but it waits three seconds for a statement instead of thirty.</summary>
public sealed class ImpatientServiceFixture() : ServiceFixture(new ServiceSettings(ServerScript: _ => $"""
    AKASHI__applicationConnection=$(sed -n 's/.*"applicationConnection": "\(.*\)".*/\1/p' "$3/config.json")";Command Timeout=3"
    export AKASHI__applicationConnection
    exec '{BuiltPrograms.Server}' "$@"

    """))
{
    /// <summary>Of all that the class sends, since all of it ends up in one export.</summary>
    public BatchLedger Ledger { get; } = new();
}
