using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces;

/// <summary><c>trace rebuild</c>: asks, then shows what waits until nothing does.</summary>
internal static class TraceRebuild
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(ApiConnection api, string? day, TimeProvider clock, TextWriter errors, CancellationToken cancellation)
    {
        using (await api.CallAsync(HttpMethod.Post, TraceCommands.Rebuild.Path, new { day }, cancellation))
        {
        }
        for (var before = -1; ;)
        {
            using var answer = await api.GetJsonAsync(TraceCommands.Rebuilds.Path, cancellation);
            var days = answer.RootElement.GetProperty("days").EnumerateArray().ToList();
            var failed = days.Where(waiting => waiting.GetProperty("failure").GetString() is not null).ToList();
            var left = days.Count - failed.Count;
            if (left != before) errors.WriteLine(Words.Say($"{left} days to go.", $"残り {left} 日分。"));
            before = left;
            if (left > 0)
            {
                await Task.Delay(Pause, clock, cancellation);
                continue;
            }
            foreach (var waiting in failed) errors.WriteLine($"{waiting.GetProperty("day").GetString()}: {waiting.GetProperty("failure").GetString()}");
            return failed.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
        }
    }
}
