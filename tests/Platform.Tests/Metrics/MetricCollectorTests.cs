using System.Diagnostics.Metrics;
using Akashi.Platform.Metrics;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Akashi.Platform.Tests.Metrics;

public sealed class MetricCollectorTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<ServiceMetrics>().AddSingleton<MetricCollector>().BuildServiceProvider();
    private readonly MetricCollector _collector;
    private readonly Meter _meter;

    public MetricCollectorTests()
    {
        _collector = _services.GetRequiredService<MetricCollector>();
        _meter = _services.GetRequiredService<ServiceMetrics>().Meter;
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Read_EachKind_FollowsTheRulesOfTheFormat()
    {
        var counter = _meter.CreateCounter<long>("akashi.things", "{thing}", "Back\\slash and\nbreak.");
        var histogram = _meter.CreateHistogram("akashi.time", "s", "Time.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        _meter.CreateObservableGauge("akashi.size", () => 7, "By");
        counter.Add(2, Label("kind", "a"));
        counter.Add(3, Label("kind", "a"));
        counter.Add(1, Label("kind", "b"));
        foreach (var value in new[] { 0.1, 0.5, 5 }) histogram.Record(value);
        var page = new PrometheusPage(_collector.Read());
        Assert.Equal(5, page.Series["akashi_things_total{kind=\"a\"}"]);
        Assert.Equal(1, page.Series["akashi_things_total{kind=\"b\"}"]);
        Assert.Equal(7, page.Series["akashi_size_bytes"]);
        Assert.Equal(1, page.Series["akashi_time_seconds_bucket{le=\"0.1\"}"]);
        Assert.Equal(2, page.Series["akashi_time_seconds_bucket{le=\"1\"}"]);
        Assert.Equal(3, page.Series["akashi_time_seconds_bucket{le=\"+Inf\"}"]);
        Assert.Equal(5.6, page.Series["akashi_time_seconds_sum"], 9);
        Assert.Contains("# HELP akashi_things_total Back\\\\slash and\\nbreak.", _collector.Read(), StringComparison.Ordinal);
        Assert.Equal(7, new PrometheusPage(_collector.Read()).Series["akashi_size_bytes"]); // read again: a state, not a sum
    }

    [Fact]
    public void Read_HostileLabels_AreEscapedAndApart()
    {
        const int seed = 20261121;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Seeded(seed);
        var counter = _meter.CreateCounter<long>("akashi.hostile");
        const string alphabet = "a\"\\\n{},= 証跡\t";
        var values = Enumerable.Range(0, 500).Select(_ => new string([.. Enumerable.Range(0, random.Next(8)).Select(_ => alphabet[random.Next(alphabet.Length)])])).Distinct(StringComparer.Ordinal).ToList();
        foreach (var value in values) counter.Add(1, Label("la-bel", value));
        var page = new PrometheusPage(_collector.Read());
        Assert.Equal(values.Count, page.Series.Count(series => series.Key.StartsWith("akashi_hostile_total{la_bel=", StringComparison.Ordinal)));
    }

    [Fact]
    public void Read_MoreSeriesThanAllowed_StopsGrowing()
    {
        var counter = _meter.CreateCounter<long>("akashi.many");
        for (var i = 0; i < MetricCollector.MaximumSeries + 100; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));
        Assert.Equal(MetricCollector.MaximumSeries, new PrometheusPage(_collector.Read()).Series.Count(series => series.Key.StartsWith("akashi_many", StringComparison.Ordinal)));
    }

    [Fact]
    public void Read_WhatAnObservableNoLongerReports_IsGone()
    {
        var queues = new List<string> { "mail", "audit" };
        _meter.CreateObservableGauge("akashi.queue", () => queues.Select(queue => new Measurement<int>(1, new KeyValuePair<string, object?>("queue", queue))));
        Assert.Contains("akashi_queue{queue=\"mail\"}", new PrometheusPage(_collector.Read()).Series.Keys);
        queues.Remove("mail");
        var page = new PrometheusPage(_collector.Read());
        Assert.DoesNotContain("akashi_queue{queue=\"mail\"}", page.Series.Keys);
        Assert.Contains("akashi_queue{queue=\"audit\"}", page.Series.Keys);
    }

    [Theory]
    [InlineData("a_total 1\n")]
    [InlineData("# TYPE a counter\na 1\n")]
    [InlineData("# TYPE a gauge\na 1\na 2\n")]
    [InlineData("# TYPE a gauge\na{b=\"\"\"} 1\n")]
    [InlineData("# TYPE a gauge\na 1")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n")]
    public void Parser_BrokenPage_IsRefused(string text) => Assert.Throws<FormatException>(() => new PrometheusPage(text));

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
