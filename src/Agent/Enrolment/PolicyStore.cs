using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Agent.Protocol;
using Akashi.Durability;

namespace Akashi.Agent.Enrolment;

/// <summary>The service's policy, asked at start and every ten minutes; the last one is kept on disk for a start without the service.</summary>
internal sealed class PolicyStore(AgentFiles files, TimeProvider clock, Log log)
{
    private const int LeastFlush = 1, MostFlush = 300, MostEntries = 1000, LongestEntry = 4096;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10), AfterFailure = TimeSpan.FromSeconds(20);

    public static AgentPolicy Default { get; } = new([], [], 2);

    public AgentPolicy Current { get; private set; } = Default;

    public event Action<AgentPolicy>? Changed;

    public void LoadLast()
    {
        try
        {
            if (File.Exists(files.Policy) && JsonSerializer.Deserialize(File.ReadAllBytes(files.Policy), AgentJson.Default.AgentPolicy) is { } policy) Use(policy);
        }
        catch (JsonException e)
        {
            log.Warn($"'{files.Policy}' cannot be read ({e.Message}); the default holds until the service answers.");
        }
    }

    public async Task KeepCurrentAsync(Func<HttpClient> connection, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(await TryRefreshAsync(connection(), cancellation) ? Interval : AfterFailure, clock, cancellation);
        }
    }

    private async Task<bool> TryRefreshAsync(HttpClient client, CancellationToken cancellation)
    {
        try
        {
            var policy = await client.GetFromJsonAsync(AgentRoutes.Policy, AgentJson.Default.AgentPolicy, cancellation);
            if (policy is null) return false;
            DurableFile.Write(files.Policy, JsonSerializer.SerializeToUtf8Bytes(policy, AgentJson.Default.AgentPolicy));
            Use(policy);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false; // the batches' sender reports a service that is away; the last policy holds
        }
    }

    /// <summary>Bounded: a policy comes over the network.</summary>
    private void Use(AgentPolicy policy)
    {
        Current = new AgentPolicy(Clean(policy.ExcludedPaths), Clean(policy.ExcludedProcesses), Math.Clamp(policy.FlushSeconds, LeastFlush, MostFlush));
        Changed?.Invoke(Current);
    }

    private static List<string> Clean(IReadOnlyList<string>? entries) =>
        [.. (entries ?? []).Where(e => e is { Length: > 1 and <= LongestEntry } && e[0] == '/').Select(e => e.TrimEnd('/')).Take(MostEntries)];
}
