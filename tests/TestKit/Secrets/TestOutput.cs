using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Akashi.TestKit.Secrets;

/// <summary>
/// What a test run leaves behind when AKASHI_TEST_OUTPUT names a folder: in <c>logs</c> everything that servers, agents and databases wrote,
/// in <c>secrets</c> every secret that was used. <c>./akashi test</c> then looks for the second in the first.
/// </summary>
internal sealed class TestOutput : ILoggerProvider
{
    private readonly string _folder;
    private readonly string _process = string.Create(CultureInfo.InvariantCulture, $"{AppDomain.CurrentDomain.FriendlyName}-{Environment.ProcessId}");
    private readonly StreamWriter _log;
    private readonly StreamWriter _secrets;
    private readonly HashSet<string> _noted = new(StringComparer.Ordinal);
    private int _kept;

    private TestOutput(string folder)
    {
        _folder = Path.Combine(folder, "logs");
        Directory.CreateDirectory(_folder);
        Directory.CreateDirectory(Path.Combine(folder, "secrets"));
        _log = new StreamWriter(Path.Combine(_folder, $"{_process}.log")) { AutoFlush = true };
        _secrets = new StreamWriter(Path.Combine(folder, "secrets", $"{_process}.txt")) { AutoFlush = true };
        SecretWatch.Begin(this);
    }

    /// <summary>Null when nobody wants to keep it.</summary>
    public static TestOutput? Kept { get; } = Environment.GetEnvironmentVariable("AKASHI_TEST_OUTPUT") is { Length: > 0 } folder ? new TestOutput(folder) : null;

    /// <summary>Notes something that must stand in no log. Too short a text would be found by chance.</summary>
    public void Note(string secret)
    {
        const int shortest = 12;
        if (secret.Length < shortest || secret.AsSpan().ContainsAny('\r', '\n')) return;
        lock (_noted)
        {
            if (_noted.Add(secret)) _secrets.WriteLine(secret);
        }
    }

    /// <summary>Looks through a folder that is about to be removed.</summary>
    public void Take(string folder)
    {
        if (!Directory.Exists(folder)) return;
        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var file in Directory.EnumerateFiles(folder, "*", everywhere))
        {
            try
            {
                if (file.EndsWith(".log", StringComparison.Ordinal)) File.Copy(file, Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{_process}-{Interlocked.Increment(ref _kept)}-{Path.GetFileName(file)}")));
                else foreach (var secret in SecretFiles.Read(file)) Note(secret);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process is removing it.
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new FileLog(this, categoryName);

    public void Dispose()
    {
        // Servers end before the process does; others still write.
    }

    private sealed class FileLog(TestOutput output, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (output._log) output._log.WriteLine($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}
