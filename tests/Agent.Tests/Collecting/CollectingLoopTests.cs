using System.Diagnostics;
using Akashi.Agent.Collecting;
using Akashi.Agent.Files;
using Akashi.Agent.Recording;

namespace Akashi.Agent.Tests.Collecting;

/// <summary>A file event is told of after its process; both come from the kernel by ways of their own.</summary>
public sealed class CollectingLoopTests : IDisposable
{
    private readonly Recorders _recorders = new();
    private readonly TestFolder _folder = new();

    public void Dispose()
    {
        _recorders.Dispose();
        _folder.Dispose();
    }

    /// <summary>A process can begin, write and end after the processes were delivered; taken in the same round, its event would be nobody's.</summary>
    [Fact]
    public void Deliver_EventAfterTheFetch_IsLeftForTheNextRound()
    {
        Capability.NeedRoot();
        using var files = Files();
        files.Folders.Use(new Exclusions("/nowhere", new Agent.Protocol.AgentPolicy([], [], 1)));
        var (before, after) = (Path.Combine(_folder.Path, "before"), Path.Combine(_folder.Path, "after"));
        File.WriteAllText(before, "x");
        FetchUntilRead(files);
        File.WriteAllText(after, "x");
        files.Deliver();
        var closed = Closed();
        Assert.Contains(before, closed);
        Assert.DoesNotContain(after, closed);
        files.Fetch();
        files.Deliver();
        Assert.Contains(after, Closed());
    }

    [Fact]
    public async Task Run_MoreThanOneFetchTakes_GoesOnWithoutWaitingProcessesFirst()
    {
        const int rounds = 300; // half a minute if each waited for its time
        List<string> calls = [];
        var (processes, files) = (new Source("processes", 0, calls), new Source("files", rounds, calls));
        var loop = new CollectingLoop([processes, files], _recorders.Processes, _recorders.System, _recorders.Spool, TimeProvider.System, new Log(TimeProvider.System, TextWriter.Null));
        var since = Stopwatch.GetTimestamp();
        loop.Start();
        await files.Emptied.WaitAsync(TestContext.Current.CancellationToken);
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(15));
        loop.Stop();
        await loop.Ended.WaitAsync(TestContext.Current.CancellationToken);
        string[] round = ["processes fetch", "files fetch", "processes deliver", "files deliver"];
        Assert.All(calls.Chunk(round.Length), made => Assert.Equal(round, made));
    }

    [Fact]
    public async Task Stop_SomebodyNeverStopsWriting_EndsAllTheSame()
    {
        var files = new Source("files", int.MaxValue, []);
        var loop = new CollectingLoop([files], _recorders.Processes, _recorders.System, _recorders.Spool, TimeProvider.System, new Log(TimeProvider.System, TextWriter.Null));
        loop.Stop();
        loop.Start();
        await loop.Ended.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    private FileCollector Files()
    {
        try
        {
            return new FileCollector(_recorders.Files, _recorders.Counters, TimeProvider.System, new Log(TimeProvider.System, TextWriter.Null));
        }
        catch (FanotifyException e)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    /// <summary>The whole machine is watched: others' events may fill the first fetches.</summary>
    private static void FetchUntilRead(FileCollector files)
    {
        files.Fetch();
        while (files.More)
        {
            files.Deliver();
            files.Fetch();
        }
    }

    private List<string> Closed() => [.. _recorders.Lines("file", "close").Select(line => line["path"])];

    private sealed class Source(string name, int fetches, List<string> calls) : ICollector
    {
        private readonly TaskCompletionSource _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = fetches;

        public Task Emptied => _emptied.Task;

        public IEnumerable<(string Kind, string Source)> Sources => [];

        public int Descriptor => -1;

        public bool More => _left > 0;

        public void Fetch()
        {
            calls.Add(name + " fetch");
            if (--_left == 0) _emptied.SetResult();
        }

        public void Deliver() => calls.Add(name + " deliver");

        public void Dispose()
        {
        }
    }
}
