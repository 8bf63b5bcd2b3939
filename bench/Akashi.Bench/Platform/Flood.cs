using Akashi.Bench.Receive;

namespace Akashi.Bench.Platform;

/// <summary>
/// The first customer sends batches and searches as fast as it can, coming back when it is asked to, until its standard input ends. A program of
/// its own at the lowest priority: in life senders have processors of their own, so the service's must come first.
/// </summary>
internal static class Flood
{
    public const int AtOnce = 12; // of each of two clients: one uploads, one searches
    private const int Batches = 100;
    private const int Lines = 2_000;

    /// <summary>Where the kernel groups processes by session, niceness counts only inside of a group, and the group has its own (sched(7)).</summary>
    private const string SessionNiceness = "/proc/self/autogroup";

    public static async Task<int> RunAsync(string folder, int port)
    {
        if (File.Exists(SessionNiceness)) await File.WriteAllTextAsync(SessionNiceness, "19");
        if (Corpus.Read(Lines) is not { } lines) return 1;
        await using var service = await BenchService.AttachAsync(folder, port);
        using var terminal = await BenchTerminal.EnrolAsync(service);
        var batches = Enumerable.Range(0, Batches).Select(_ => ReceiveBenchmark.Pack(terminal.Tmid, lines)).ToArray();
        var (uploads, searches) = (new Counts(), new Counts());
        using var end = new CancellationTokenSource();
        var flood = Enumerable.Range(0, AtOnce).SelectMany(i => new[] { UploadAsync(terminal, batches, i, uploads, end.Token), SearchAsync(service, searches, end.Token) }).ToList();
        Console.WriteLine("flooding");
        await Console.In.ReadToEndAsync();
        await end.CancelAsync();
        await Task.WhenAll(flood);
        Console.WriteLine($"{uploads}; {searches}");
        return 0;
    }

    private static async Task UploadAsync(BenchTerminal terminal, BenchBatch[] batches, int first, Counts counts, CancellationToken end)
    {
        for (var i = first; !end.IsCancellationRequested; i++) await counts.AddAsync(await terminal.TrySendAsync(batches[i % batches.Length]), end);
    }

    private static async Task SearchAsync(BenchService service, Counts counts, CancellationToken end)
    {
        using var client = NoisyTenant.ApiClient(service, service.Token);
        while (!end.IsCancellationRequested)
        {
            using var answer = await client.GetAsync(service.Address("api", "/api/v1/traces?q=*&limit=1000"), CancellationToken.None);
            await counts.AddAsync(answer.IsSuccessStatusCode ? null : answer.Headers.RetryAfter?.Delta ?? TimeSpan.Zero, end);
        }
    }

    private sealed class Counts
    {
        private int _served;
        private int _refused;

        /// <summary>Who is asked to come back does, as agents and the command line do.</summary>
        public async Task AddAsync(TimeSpan? pause, CancellationToken end)
        {
            Interlocked.Increment(ref pause is null ? ref _served : ref _refused);
            if (pause is { } time) await Task.Delay(time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public override string ToString() => $"{_served} served, {_refused} asked to come back";
    }
}
