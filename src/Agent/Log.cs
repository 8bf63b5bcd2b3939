using System.Globalization;

namespace Akashi.Agent;

/// <summary>Lines on standard error, for the journal of whoever supervises the agent.</summary>
internal sealed class Log(TimeProvider clock, TextWriter target)
{
    private readonly Lock _gate = new();

    public void Info(string message) => Write("info", message);

    public void Warn(string message) => Write("warn", message);

    private void Write(string level, string message)
    {
        var time = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        lock (_gate) target.WriteLine($"{time} {level} {message.ReplaceLineEndings(" ")}");
    }
}
