using System.Diagnostics;

namespace Akashi.Identity.Tests;

/// <summary>
/// Counts the commands sent to one database, as Npgsql traces them; other tests run beside in other databases. What the background does on its
/// own time is left out: looking for work, reading limits, writing down their use.
/// </summary>
internal sealed class StatementCounter : IDisposable
{
    private static readonly string[] Background = ["UPDATE platform.signal", "platform.tenant_limit", "platform.quota_use"];

    private readonly ActivityListener _listener;
    private int _count;

    public StatementCounter(string database)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(tag => tag.Value as string == database) && !activity.TagObjects.Any(IsBackground)) Interlocked.Increment(ref _count);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Count => Volatile.Read(ref _count);

    public void Reset() => Volatile.Write(ref _count, 0);

    private static bool IsBackground(KeyValuePair<string, object?> tag) => tag.Value is string text && Background.Any(part => text.Contains(part, StringComparison.Ordinal));

    public void Dispose() => _listener.Dispose();
}
