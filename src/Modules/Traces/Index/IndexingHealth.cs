using System.Globalization;
using Akashi.Platform.Database;
using Akashi.Platform.Health;
using Akashi.Platform.Hosting;
using Akashi.Platform.Metrics;

namespace Akashi.Traces.Index;

/// <summary>Archived batches of all tenants that are not searchable yet.</summary>
internal sealed class IndexingBacklog(AkashiDatabase database, TimeProvider clock) : MetricSource
{
    public async Task<(long Batches, TimeSpan Age)> ReadAsync(CancellationToken cancellation)
    {
        var row = (await database.QueryBeforeTenantAsync<(long Batches, DateTime? Oldest)>("SELECT batches, oldest FROM traces.indexing_backlog()", cancellation: cancellation))[0];
        var age = row.Oldest is { } oldest ? clock.GetUtcNow() - new DateTimeOffset(oldest, TimeSpan.Zero) : TimeSpan.Zero;
        return (row.Batches, age < TimeSpan.Zero ? TimeSpan.Zero : age);
    }

    public override async Task<IReadOnlyList<MetricSample>> SampleAsync(CancellationToken cancellation)
    {
        var (batches, age) = await ReadAsync(cancellation);
        return [new("akashi.indexing.waiting", "{batch}", "Archived batches that are not searchable yet.", batches), new("akashi.indexing.lag", "s", "Age of the oldest of them.", age.TotalSeconds)];
    }
}

/// <summary>Whether what arrives becomes searchable in time.</summary>
internal sealed class IndexingHealth(IndexingBacklog backlog, ServerOptions options) : HealthCheck
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TooLong = TimeSpan.FromMinutes(30);

    public override string Id => "traces.indexing";
    public override string Japanese => "証跡の索引付け";
    public override string English => "Indexing of traces";

    public override async Task<HealthResult> RunAsync(CancellationToken cancellation)
    {
        var (batches, age) = await backlog.ReadAsync(cancellation);
        if (!options.SearchesTraces) return HealthResult.Ok($"この構成では索引を作りません (アーカイブのみ {batches} 件)", $"not indexed in this set-up ({batches} batches in the archive alone)");
        var minutes = ((long)age.TotalMinutes).ToString(CultureInfo.InvariantCulture);
        return HealthResult.Judge(age, Long, TooLong) is var state and not HealthState.Ok
            ? new HealthResult(state, $"{batches} 件が検索できる状態になっておらず、最も古いものは {minutes} 分前に届きました。サーバーのログを確認し、akashi verify を実行してください。", $"{batches} batches are not searchable, the oldest arrived {minutes} minutes ago. Look at the server's log and run akashi verify.")
            : HealthResult.Ok($"待ち {batches} 件", $"{batches} batches waiting");
    }
}
