using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Receiving;

/// <summary>Everything that receiving a batch could leave behind: database rows and files, for proving that nothing was left.</summary>
internal sealed record StoredState(string Rows, string Files)
{
    private static readonly string[] Tables = ["traces.batch", "traces.pending_batch", "traces.log_head", "traces.signed_head", "traces.segment"];

    public static async Task<StoredState> OfAsync(RunningService service)
    {
        var rows = await service.Database.FingerprintAsync(Tables);
        var files = Directory.Exists(service.ObjectsFolder) ? Directory.EnumerateFiles(service.ObjectsFolder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        return new StoredState(string.Join('\n', rows), string.Join('\n', files));
    }

    /// <summary>Waits until everything received so far is searchable and nothing moves any more.</summary>
    public static async Task<StoredState> SettledAsync(RunningService service)
    {
        await Eventually.HoldsAsync(async () => await service.Database.SingleAsync<long>("SELECT count(*) FROM traces.pending_batch") == 0, "nothing is pending");
        return await OfAsync(service);
    }
}
