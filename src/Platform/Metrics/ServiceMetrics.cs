using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Akashi.Platform.Metrics;

/// <summary>
/// The service's own meter and traces. Names begin with <c>akashi.</c>; labels are few and fixed: never a tenant, a person, an id or an
/// address. Modules make their instruments from <see cref="Meter"/>.
/// </summary>
public sealed class ServiceMetrics(IMeterFactory factory)
{
    public const string Name = "akashi";

    internal static readonly ActivitySource Traces = new(Name);

    public Meter Meter { get; } = factory.Create(new MeterOptions(Name));
}

/// <summary>A figure of a moment, for example the length of a queue.</summary>
/// <param name="Name">For example <c>akashi.mail.waiting</c>; not the name of another source's figure.</param>
/// <param name="Unit">UCUM: <c>s</c>, <c>By</c>, or a noun in braces such as <c>{mail}</c>.</param>
/// <param name="Label">At most one, with few values.</param>
public sealed record MetricSample(string Name, string Unit, string Description, double Value, (string Name, string Value)? Label = null);

/// <summary>Reads figures that must be asked for, at most every few seconds. Registered with <see cref="MetricServices.AddMetricSource{TSource}"/>.</summary>
public abstract class MetricSource
{
    /// <summary>Has five seconds; when it fails, its figures are left out.</summary>
    public abstract Task<IReadOnlyList<MetricSample>> SampleAsync(CancellationToken cancellation);
}
