using System.Globalization;

namespace Akashi.Platform.Hosting;

/// <summary>
/// The system's clock moved by the seconds in a file, so that tests can move the clocks of several processes at once. Chosen by the
/// environment variable <see cref="Variable"/>; a production service refuses it.
/// </summary>
public sealed class ShiftedClock(string file) : TimeProvider
{
    public const string Variable = "AKASHI_CLOCK_OFFSET_FILE";
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private long _readAt = long.MinValue;
    private TimeSpan _offset;

    /// <summary>The clock that the environment asks for; the system's unless it names a file.</summary>
    public static TimeProvider FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } file ? new ShiftedClock(file) : System;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            if (_readAt == long.MinValue || System.GetElapsedTime(_readAt) > Freshness)
            {
                _readAt = System.GetTimestamp();
                _offset = File.Exists(file) && double.TryParse(File.ReadAllText(file), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : _offset;
            }
            return System.GetUtcNow() + _offset;
        }
    }
}
