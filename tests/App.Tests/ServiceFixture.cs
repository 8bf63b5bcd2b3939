using Akashi.TestKit.Service;

namespace Akashi.App.Tests;

/// <summary>One whole service for a class of tests.</summary>
public class ServiceFixture : IAsyncLifetime
{
    private readonly ServiceSettings _settings;
    private RunningService? _service;

    public ServiceFixture() : this(new ServiceSettings())
    {
    }

    protected ServiceFixture(ServiceSettings settings) => _settings = settings;

    public RunningService Service => _service ?? throw new InvalidOperationException("The service was not started.");

    public virtual async ValueTask InitializeAsync() => _service = await RunningService.StartAsync(_settings);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_service is not null) await _service.DisposeAsync();
    }
}

/// <summary>The service with the agent, which records this machine.</summary>
public sealed class RecordingServiceFixture() : ServiceFixture(new ServiceSettings(WithAgent: true));

/// <summary>What this machine permits, and how long the run may take.</summary>
internal static class Needs
{
    /// <summary>True when the long versions were asked for (AKASHI_LONG=1).</summary>
    public static bool Long { get; } = Environment.GetEnvironmentVariable("AKASHI_LONG") is "1" or "true";

    public static void Root(string why) => Assert.SkipUnless(Environment.IsPrivilegedProcess, $"Skipped: {why}, which only root may do.");

    public static void LongRun(string why) => Assert.SkipUnless(Long, $"Skipped: {why}. Run with AKASHI_LONG=1.");

    public static void Program(string name) => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, name))), $"Skipped: the program '{name}' is missing.");
}
