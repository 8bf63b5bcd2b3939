namespace Akashi.Platform.Metrics;

/// <summary>Export of metrics and traces by OpenTelemetry; off by default.</summary>
public sealed record TelemetryOptions
{
    /// <summary>Base address of an OTLP/HTTP receiver, for example <c>http://127.0.0.1:4318</c>; empty = off.</summary>
    public string OtlpEndpoint { get; init; } = "";

    /// <summary>Share of requests whose traces are exported, 0 to 1; 0.1 by default.</summary>
    public double TraceRatio { get; init; } = 0.1;

    public IEnumerable<string> Faults()
    {
        if (OtlpEndpoint.Length > 0 && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0))
            yield return $"telemetry.otlpEndpoint: '{OtlpEndpoint}' is not an http or https address. Use for example http://127.0.0.1:4318, or leave it out.";
        if (TraceRatio is not (>= 0 and <= 1)) yield return $"telemetry.traceRatio: {TraceRatio} is not between 0 and 1.";
    }
}
