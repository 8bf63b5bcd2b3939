using Akashi.Traces.Search;

namespace Akashi.Traces.Tests.Search;

public sealed class HistogramTests
{
    [Fact]
    public async Task Histogram_OfARangeInHours_CountsEachTraceInItsHour()
    {
        await using var pipeline = await TracePipeline.StartAsync();
        await pipeline.ReceiveAsync(pipeline.NewName(), Line("19 23:59:59.999"), Line("20 00:00:00.000"), Line("20 00:59:59.999"), Line("20 01:00:00.000"), Line("20 23:59:59.999"), Line("21 00:00:00.000"));
        while (await pipeline.Indexer.IndexAsync(pipeline.Tenant, CancellationToken.None))
        {
        }
        var (from, to) = (new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.FromHours(9)), new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.FromHours(9)));
        var search = pipeline.Service<TraceSearch>();
        foreach (var query in new[] { "*", "evt:net subEvt:con" })
        {
            var outcome = await search.HistogramAsync(pipeline.Tenant, query, from, to, TimeSpan.FromHours(1), CancellationToken.None);
            Assert.True(outcome.TryGet(out var steps, out var failure), failure?.ToString());
            Assert.Equal(24, steps.Count);
            Assert.Equal((from, 2L, 1L, 1L, to), (steps[0].From, steps[0].Count, steps[1].Count, steps[23].Count, steps[23].To));
            Assert.Equal(4, steps.Sum(step => step.Count));
        }
        var all = await search.HistogramAsync(pipeline.Tenant, "*", null, null, TimeSpan.FromDays(1), CancellationToken.None);
        Assert.Equal([1L, 4L, 1L], all.TryGet(out var days, out _) ? days.Select(day => day.Count) : []);
        var refused = await search.HistogramAsync(pipeline.Tenant, "*", from, to, TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.Equal(("search-too-broad", 422), (refused.Failure?.Code, refused.Failure?.Status));
    }

    private static string Line(string time) => $"11/{time[..2]}/2026 {time[3..]} +0900 evt=net subEvt=con";
}
