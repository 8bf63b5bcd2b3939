using Akashi.Platform.Crypto;
using Akashi.Platform.Objects;
using Akashi.Traces.Archive;

namespace Akashi.Traces.Tests.Archive;

/// <summary>The server died between writing an object and committing its manifest.</summary>
public sealed class ReconcileTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reconcile_UploadKilledBeforeItsManifest_IsRemovedAfterADayAndTheRestStays()
    {
        await using var pipeline = await TracePipeline.StartAsync();
        await pipeline.ReceiveAsync(pipeline.NewName(), TracePipeline.Line(1));
        await StoreWithoutManifestAsync(pipeline);
        Assert.Contains("1 uploads never acknowledged", (await pipeline.VerifyAsync()).Report, StringComparison.Ordinal);
        var reconciler = pipeline.Service<ObjectReconciler>();

        var early = await reconciler.ReconcileAsync(pipeline.Tenant, remove: true, Cancellation);
        Assert.Equal((2, 0), (early.Objects, early.Orphans)); // an upload may be under way

        pipeline.Clock.Advance(ObjectReconciler.Grace + TimeSpan.FromHours(1));
        var report = await reconciler.ReconcileAsync(pipeline.Tenant, remove: false, Cancellation);
        Assert.Equal((2, 1), (report.Objects, report.Orphans));
        Assert.True(report.Bytes > 0);
        Assert.Equal(report, await reconciler.ReconcileAsync(pipeline.Tenant, remove: true, Cancellation));

        var (sound, text) = await pipeline.VerifyAsync();
        Assert.True(sound, text);
        Assert.Contains("0 uploads never acknowledged", text, StringComparison.Ordinal);
        Assert.Equal((1, 0), await reconciler.ReconcileAsync(pipeline.Tenant, remove: true, Cancellation) is var after ? (after.Objects, after.Orphans) : default);
    }

    [Fact]
    public async Task Reconcile_WhileABackupCopies_DeletesNothing()
    {
        await using var pipeline = await TracePipeline.StartAsync();
        await StoreWithoutManifestAsync(pipeline);
        pipeline.Clock.Advance(ObjectReconciler.Grace + TimeSpan.FromHours(1));
        var reconciler = pipeline.Service<ObjectReconciler>();
        await using (var backup = new Npgsql.NpgsqlConnection(pipeline.Database.OwnerConnection + ";Pooling=false"))
        {
            await backup.OpenAsync(Cancellation);
            await DeletionGate.ShutAsync(backup, Cancellation);
            Assert.Equal(0, (await reconciler.ReconcileAsync(pipeline.Tenant, remove: true, Cancellation)).Orphans);
        }
        Assert.Equal(1, (await reconciler.ReconcileAsync(pipeline.Tenant, remove: true, Cancellation)).Orphans);
    }

    private static async Task StoreWithoutManifestAsync(TracePipeline pipeline)
    {
        var (name, now) = (pipeline.NewName(), pipeline.Clock.GetUtcNow());
        var zip = TracePipeline.Zip(name, TracePipeline.Log(TracePipeline.Line(2)));
        var header = new ArchiveHeader(pipeline.Tenant, name, Sha256.Of(zip), zip.Length, 100, 1, TraceNames.SourceAgent, now, now);
        var archive = pipeline.Service<BatchArchive>();
        await archive.StoreAsync(header, archive.Seal(header, header.ToBytes(), zip), Cancellation);
    }
}
