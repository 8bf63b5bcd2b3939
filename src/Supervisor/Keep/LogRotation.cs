namespace Akashi.Supervisor.Keep;

/// <summary>
/// Bounds the log files. They are written by other processes that append, so a full one is copied aside and cut to nothing;
/// the writers go on at its new end.
/// </summary>
internal sealed class LogRotation(IReadOnlyList<string> folders, RunLog log, TimeProvider clock, long maximumBytes = 16 << 20)
{
    private const int Kept = 3;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            do RotateAll();
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException)
        {
            // The supervisor stops.
        }
    }

    internal void RotateAll()
    {
        foreach (var folder in folders.Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.log"))
            {
                try
                {
                    if (new FileInfo(file).Length > maximumBytes) Rotate(file);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    log.Write("log-not-rotated", e.Message);
                }
            }
        }
    }

    private static void Rotate(string file)
    {
        File.Delete($"{file}.{Kept}");
        for (var number = Kept - 1; number >= 1; number--)
        {
            if (File.Exists($"{file}.{number}")) File.Move($"{file}.{number}", $"{file}.{number + 1}");
        }
        try
        {
            File.Copy(file, $"{file}.1");
        }
        finally
        {
            // Also when the copy does not fit: a full disk is the last moment to keep a large log.
            using var cut = new FileStream(file, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
        }
    }
}
