using System.Diagnostics;

namespace Akashi.Identity.Tests;

/// <summary>
/// Counts the commands sent to one database, as Npgsql traces them; other tests run beside in other databases. Background work that looks every
/// second whether there is something to do is left out.
/// </summary>
internal sealed class StatementCounter : IDisposable
{
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
                if (activity.TagObjects.Any(tag => tag.Value as string == database) && !activity.TagObjects.Any(IsPoll)) Interlocked.Increment(ref _count);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Count => Volatile.Read(ref _count);

    public void Reset() => Volatile.Write(ref _count, 0);

    private static bool IsPoll(KeyValuePair<string, object?> tag) => tag.Value is string text && text.StartsWith("UPDATE platform.signal", StringComparison.Ordinal);

    public void Dispose() => _listener.Dispose();
}
