using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Platform.Health;

/// <summary>From good to bad; the numbers are stored.</summary>
public enum HealthState
{
    Ok = 0,
    /// <summary>Works still, but somebody must act before it does not.</summary>
    Warning = 1,
    Failing = 2,
}

/// <summary>What a check found.</summary>
/// <param name="Japanese">When it is well a figure, otherwise what to do. No customer data, no secrets.</param>
/// <param name="English">The same.</param>
public sealed record HealthResult(HealthState State, string Japanese, string English)
{
    public static HealthResult Ok(string japanese, string english) => new(HealthState.Ok, japanese, english);

    public static HealthResult Warning(string japanese, string english) => new(HealthState.Warning, japanese, english);

    public static HealthResult Failing(string japanese, string english) => new(HealthState.Failing, japanese, english);

    /// <summary>Judges a figure by two limits; the texts say what to do once it is past the first.</summary>
    public static HealthState Judge<T>(T value, T warning, T failing) where T : IComparable<T> =>
        value.CompareTo(failing) >= 0 ? HealthState.Failing : value.CompareTo(warning) >= 0 ? HealthState.Warning : HealthState.Ok;
}

/// <summary>One thing about the service that operators want to know the state of. Registered with <see cref="HealthServices.AddHealthCheck{TCheck}"/>.</summary>
public abstract class HealthCheck
{
    /// <summary>Stable, for example <c>traces.indexing</c>.</summary>
    public abstract string Id { get; }

    /// <summary>Its name for people.</summary>
    public abstract string Japanese { get; }

    public abstract string English { get; }

    /// <summary>Runs every minute and has ten seconds; an exception counts as failing.</summary>
    public abstract Task<HealthResult> RunAsync(CancellationToken cancellation);
}

public static class HealthServices
{
    public static IServiceCollection AddHealthCheck<TCheck>(this IServiceCollection services) where TCheck : HealthCheck => services.AddSingleton<HealthCheck, TCheck>();

    internal static void AddPlatformHealth(this IServiceCollection services)
    {
        services.AddHealthCheck<DatabaseHealth>();
        services.AddHealthCheck<DiskHealth>();
        services.AddHealthCheck<KeyStoreHealth>();
        services.AddHealthCheck<ClockHealth>();
        services.AddHealthCheck<MailHealth>();
        services.AddHealthCheck<JobHealth>();
        services.AddHealthCheck<WorkHealth>();
    }
}
