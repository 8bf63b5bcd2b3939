using System.Text.Json;
using System.Text.Json.Nodes;
using Akashi.Supervisor.Keep;

namespace Akashi.Supervisor.Up;

/// <summary>What the agent says about itself in <c>agent/status.json</c>. It writes that once it records.</summary>
internal static class AgentReport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits for the running agent to record, so that what is done after <c>up</c> is found.</summary>
    /// <returns>For example "Process by ebpf, File by fanotify"; null when it does not record in time.</returns>
    public static async Task<string?> WaitAsync(DataFolder data, TimeProvider clock)
    {
        var began = clock.GetTimestamp();
        while (clock.GetElapsedTime(began) < Patience)
        {
            if (RunState.Read(data)?.Find(Programs.Agent)?.Process is { IsAlive: true } agent && SourcesOf(data, agent.Pid) is { } sources) return sources;
            await Task.Delay(Poll, clock);
        }
        return null;
    }

    private static string? SourcesOf(DataFolder data, int agent)
    {
        try
        {
            var status = JsonNode.Parse(File.ReadAllText(Path.Combine(data.AgentFolder, "status.json"))) as JsonObject;
            return status?["processId"]?.GetValue<int>() == agent && status["sources"] is JsonObject sources
                ? string.Join(", ", sources.Select(source => Words.Say($"{source.Key} by {source.Value}", $"{source.Key}: {source.Value}")))
                : null;
        }
        catch (Exception e) when (e is IOException or JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
