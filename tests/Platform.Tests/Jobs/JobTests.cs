using Akashi.Platform.Hosting;
using Akashi.Platform.Jobs;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Akashi.Platform.Tests.Jobs;

public sealed class JobTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestFolder _folder = new();
    private readonly TestClock _clock = new(TimeProvider.System.GetUtcNow());
    private readonly Probe _probe = new();
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task RunNow_AskedByAPerson_RunsAndTheHistoryTellsByWhom()
    {
        using var node = await StartAsync();
        var board = node.Services.GetRequiredService<JobBoard>();
        await TestWait.UntilAsync(async () => (await board.ListAsync(CancellationToken.None)).Single().NextRun is not null, Patience, "the schedule");
        Assert.False(await board.RunNowAsync("nobody", "operator", CancellationToken.None));
        Assert.True(await board.RunNowAsync("test.probe", "operator", CancellationToken.None));
        var run = await EndedAsync(board);
        Assert.Equal(("test.probe", "person", "operator", "succeeded", "完了 1", "done 1"), (run.Job, run.Cause, run.AskedBy, run.Outcome, run.Message, run.EnglishMessage));
        var state = Assert.Single(await board.ListAsync(CancellationToken.None));
        Assert.Equal("0 30 3 1 1 ? JST", state.Schedule);
        Assert.Equal(new TimeSpan(3, 30, 0), state.NextRun!.Value.ToOffset(TimeSpan.FromHours(9)).TimeOfDay);
        Assert.Equal(run.Id, state.LastRun!.Id);
        await node.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Run_ThatFails_IsInTheHistoryAndTheOperatorGetsOneMailInSixHours()
    {
        _probe.Failing = true;
        using var node = await StartAsync();
        var board = node.Services.GetRequiredService<JobBoard>();
        for (var round = 1; round <= 3; round++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1)); // runs are ordered by time
            if (round == 3) _clock.Advance(OperatorAlarms.Quiet + TimeSpan.FromMinutes(1));
            await TestWait.UntilAsync(async () => (await board.ListAsync(CancellationToken.None)).Single().NextRun is not null, Patience, "the schedule");
            await board.RunNowAsync("test.probe", "operator", CancellationToken.None);
            var run = await EndedAsync(board, round);
            Assert.Equal(("failed", $"InvalidOperationException: broken {round}"), (run.Outcome, run.Message));
            var mails = round == 3 ? 2 : 1;
            await TestWait.UntilAsync(async () => (await _database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.mail WHERE template = 'platform.job-failed'")).Single() == mails, Patience, "the mail");
        }
        await node.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Restart_OfAServer_DoesNotPutOffWhatRunsSeldom()
    {
        var schedule = JobSchedule.Every(TimeSpan.FromHours(5));
        DateTimeOffset? next;
        using (var node = await StartAsync(schedule))
        {
            var board = node.Services.GetRequiredService<JobBoard>();
            await EndedAsync(board); // an interval begins with a run
            next = (await board.ListAsync(CancellationToken.None)).Single().NextRun;
            Assert.NotNull(next);
            await node.StopAsync(TestContext.Current.CancellationToken);
        }
        using (var node = await StartAsync(schedule))
        {
            var board = node.Services.GetRequiredService<JobBoard>();
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            Assert.Equal(next, (await board.ListAsync(CancellationToken.None)).Single().NextRun);
            await node.StopAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal(1, _probe.Runs);
    }

    [Fact]
    public async Task Stop_OfTheServerMidJob_StopsTheJobAndSaysSo()
    {
        _probe.Lasting = true;
        using var node = await StartAsync();
        var board = node.Services.GetRequiredService<JobBoard>();
        await TestWait.UntilAsync(async () => (await board.ListAsync(CancellationToken.None)).Single().NextRun is not null, Patience, "the schedule");
        await board.RunNowAsync("test.probe", "operator", CancellationToken.None);
        await TestWait.UntilAsync(() => Task.FromResult(_probe.Runs == 1), Patience, "the run");
        await node.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal("stopped", (await _database.QueryAsOwnerAsync<string>("SELECT outcome FROM platform.job_run")).Single());
    }

    [Fact]
    public async Task Lock_HeldByASlowNode_KeepsTheOtherOut()
    {
        var options = Options();
        var one = new JobLock(options);
        var other = new JobLock(options) { Patience = TimeSpan.FromMilliseconds(300) };
        await using (await one.TryTakeAsync("job", TestContext.Current.CancellationToken)) Assert.Null(await other.TryTakeAsync("job", TestContext.Current.CancellationToken));
        await using var now = await other.TryTakeAsync("job", TestContext.Current.CancellationToken);
        Assert.NotNull(now);
    }

    [Theory]
    [InlineData("0 15 3 * * ?", "毎日 03:15", "daily at 03:15")]
    [InlineData("0 5 * * * ?", "毎時 05 分", "hourly at 05 past")]
    [InlineData("0 0 3 ? * MON", "0 0 3 ? * MON JST", "0 0 3 ? * MON JST")]
    [InlineData("10 0 3 * * ?", "10 0 3 * * ? JST", "10 0 3 * * ? JST")]
    [InlineData("0 0/5 * * * ?", "0 0/5 * * * ? JST", "0 0/5 * * * ? JST")]
    public void Schedule_AsCron_IsToldInWordsWhereThereAreSome(string expression, string japanese, string english)
    {
        var schedule = JobSchedule.Cron(expression);
        Assert.Equal((japanese, english), (schedule.Japanese, schedule.English));
    }

    [Theory]
    [InlineData(1, "1 秒ごと", "every second")]
    [InlineData(90, "90 秒ごと", "every 90 seconds")]
    [InlineData(300, "5 分ごと", "every 5 minutes")]
    [InlineData(5400, "90 分ごと", "every 90 minutes")]
    [InlineData(3600, "1 時間ごと", "every hour")]
    [InlineData(43200, "12 時間ごと", "every 12 hours")]
    [InlineData(86400 * 2, "2 日ごと", "every 2 days")]
    public void Schedule_AsInterval_IsToldInWords(int seconds, string japanese, string english)
    {
        var schedule = JobSchedule.Every(TimeSpan.FromSeconds(seconds));
        Assert.Equal((japanese, english), (schedule.Japanese, schedule.English));
    }

    [Fact]
    public async Task History_OfTheVersionBefore_IsShownInTheLanguageItHas()
    {
        await _database.ExecuteAsOwnerAsync("INSERT INTO platform.job_run (id, job, node, cause, started_at, ended_at, outcome, message) VALUES (gen_random_uuid(), 'test.old', 'n', 'schedule', now(), now(), 'succeeded', '3 tenants')");
        Assert.Equal("3 tenants", Assert.Single(await new JobHistory(_database.Application, _clock).ListAsync("test.old", null, 10, CancellationToken.None)).Told);
    }

    [Theory]
    [InlineData("")]
    [InlineData("* *")]
    [InlineData("every day")]
    public void Schedule_ThatIsNoCron_IsRefused(string expression) => Assert.ThrowsAny<Exception>(() => JobSchedule.Cron(expression));

    private async Task<JobRun> EndedAsync(JobBoard board, int count = 1)
    {
        IReadOnlyList<JobRun> runs = [];
        await TestWait.UntilAsync(async () => (runs = await board.ListRunsAsync(null, null, CancellationToken.None)).Count == count && runs.All(run => run.EndedAt is not null), Patience, "the run to end");
        return runs[0];
    }

    private ServerOptions Options() => new() { Data = _folder.Path, ApplicationConnection = _database.ApplicationConnection, OperatorConnection = _database.ApplicationConnection, OwnerConnection = _database.OwnerConnection, BaseDomain = "akashi.example" };

    private async Task<IHost> StartAsync(JobSchedule? schedule = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddAkashiWeb(Options());
        builder.Services.AddSingleton(_probe);
        builder.Services.AddSingleton<FindOperatorContact>(_ => Task.FromResult<OperatorContact?>(new OperatorContact(new(Guid.Parse("00000000-0000-0000-0000-000000000001")), "運用者", "operator@b.example")));
        builder.Services.AddJob<Probe>("test.probe", schedule ?? JobSchedule.Cron("0 30 3 1 1 ?"));
        var node = builder.Build();
        await node.StartAsync();
        return node;
    }

    private sealed class Probe : ServiceJob
    {
        private int _runs;

        public int Runs => Volatile.Read(ref _runs);

        public bool Failing { get; set; }

        public bool Lasting { get; set; }

        public override string Japanese => "試験";

        public override string English => "Probe";

        public override async Task<JobMessage> RunAsync(CancellationToken cancellation)
        {
            var run = Interlocked.Increment(ref _runs);
            if (Lasting) await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return Failing ? throw new InvalidOperationException($"broken {run}") : new JobMessage($"完了 {run}", $"done {run}");
        }
    }
}
