using System.Security.Cryptography;
using System.Text.Json;
using Akashi.App.Tests.Failures;
using Akashi.Platform.Objects;
using Akashi.TestKit.S3;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.Backups;

/// <summary>A real service with data is backed up while it works, wrecked, and restored into a new folder.</summary>
public sealed class RestoreDrillTests
{
    private const string Password = "Drill-Password-2026";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task Restore_AfterTheDataFolderIsLost_BringsEverythingBack() => DrillAsync(batches: 6, lines: 50);

    [Fact]
    public Task Restore_LargerArchive_BringsEverythingBack()
    {
        Needs.LongRun("a drill with many batches takes minutes");
        return DrillAsync(batches: 1500, lines: 2000);
    }

    [Fact]
    public async Task Restore_ObjectsAndSecondPlaceInBuckets_BringsEverythingBackFromTheSecond()
    {
        Assert.SkipWhen(S3Peer.WhySkipped is not null, S3Peer.WhySkipped ?? "");
        await using var objects = await S3Peer.StartAsync();
        await using var second = await S3Peer.StartAsync();
        await DrillAsync(batches: 3, lines: 50, objects.Options, second.Options);
    }

    private static async Task DrillAsync(int batches, int lines, ObjectStoreOptions? objects = null, ObjectStoreOptions? second = null)
    {
        await using var service = await RunningService.StartAsync(new ServiceSettings(Prepare: data => WriteSettings(data, objects, second)));
        await ServiceSignIn.SetPasswordAsync(service, Password);
        Assert.True(await ServiceSignIn.TryAsync(service, Password), "sign-in works before");
        using var terminal = await TestTerminal.EnrolAsync(service);
        var (place, key) = (service.Scratch("backups"), service.Scratch("safe.key"));
        var from = place;

        await UploadAsync(terminal, batches, lines);
        await StoreProof.IndexedAsync(service);
        await MustAsync("backup", "--data", service.Data, "--to", place);
        await UploadAsync(terminal, batches, lines); // after the base backup: the log brings them
        await StoreProof.IndexedAsync(service);
        await MustAsync("backup", "--data", service.Data, "--to", place, "--log");
        var before = await CountsAsync(service);
        await UploadAsync(terminal, 1, lines); // after the last run: lost, and nothing of it may remain
        File.Copy(Path.Combine(service.Data, "backup.key"), key);
        if (objects is not null) Assert.Empty(Directory.EnumerateFiles(service.Data, "*.akb", SearchOption.AllDirectories)); // they are in the bucket
        await WreckAsync(service);

        var refused = await RunAsync("restore", place, "--data", Path.GetDirectoryName(place)!, "--key", key);
        Assert.True(refused.Code == 1 && refused.Errors.Contains("never overwrites", StringComparison.Ordinal), refused.Errors);
        Assert.All(Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories), file => Assert.True(IsSealed(file), $"{file} lies in the backup as it is"));
        var wrong = service.Scratch("wrong.key");
        await File.WriteAllBytesAsync(wrong, RandomNumberGenerator.GetBytes(32), Cancellation);
        File.SetUnixFileMode(wrong, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var locked = await RunAsync("restore", place, "--data", service.Data, "--key", wrong);
        Assert.True(locked.Code == 1 && locked.Errors.Contains("another backup key", StringComparison.Ordinal), locked.Output + locked.Errors);
        Assert.False(Directory.Exists(service.Data), "nothing is left of a restore that was refused");
        if (second is not null) await FetchAsync(second, from = service.Scratch("fetched"));
        await MustAsync("restore", from, "--data", service.Data, "--key", key, "--keys-from", place + "-keys");
        await service.UpAsync();

        Assert.Equal(before, await CountsAsync(service));
        Assert.Equal(2L * batches * lines, before.Lines);
        await StoreProof.VerifiedAsync(service);
        Assert.True(await ServiceSignIn.TryAsync(service, Password), "sign-in works");
        Assert.False(await ServiceSignIn.TryAsync(service, Password + "x"), "and asks for the password");
        using var api = service.CreateApi();
        Assert.Equal(before.Lines, await api.CountAsync("*"));
        await UploadAsync(terminal, 1, lines); // its certificate still opens the door, and the log goes on
        await StoreProof.IndexedAsync(service);
        await StoreProof.VerifiedAsync(service);
        await MustAsync("backup", "--data", service.Data, "--to", place); // and the restored service is backed up like any other
        await MustAsync("backup", "verify", "--data", service.Data, "--to", place);
    }

    private static void WriteSettings(string data, ObjectStoreOptions? objects, ObjectStoreOptions? second)
    {
        if (objects is null) return;
        Directory.CreateDirectory(data);
        var settings = new { objects, backup = new { to = Path.Combine(Path.GetDirectoryName(data)!, "backups"), second } };
        File.WriteAllText(Path.Combine(data, "config.json"), JsonSerializer.Serialize(settings, JsonSerializerOptions.Web));
    }

    /// <summary>What an operator does whose first place of backups is lost too.</summary>
    private static async Task FetchAsync(ObjectStoreOptions bucket, string folder)
    {
        var (source, target) = (bucket.Open(""), new FileObjectStore(folder));
        await foreach (var entry in source.AllAsync(null, Cancellation))
        {
            await using var content = await source.OpenAsync(entry.Key, 0, null, Cancellation);
            await target.WriteAsync(entry.Key, content, Cancellation);
        }
    }

    /// <summary>Sealed objects tell in their first bytes what they are.</summary>
    private static bool IsSealed(string file)
    {
        using var content = File.OpenRead(file);
        Span<byte> start = stackalloc byte[4];
        return content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("AKOB"u8);
    }

    private static async Task UploadAsync(TestTerminal terminal, int batches, int lines)
    {
        var now = TimeProvider.System.GetUtcNow();
        await Parallel.ForEachAsync(Enumerable.Range(0, batches), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancellation }, async (number, cancellation) =>
        {
            var text = Enumerable.Range(0, lines).Select(line => $"{now.ToOffset(TimeSpan.FromHours(9)):MM/dd/yyyy HH:mm:ss.fff} +0900 evt=ps subEvt=start com=\"PC\" sn={line} cmd=\"batch {number}\"");
            Assert.True((await terminal.PutAsync(TestBatch.Of(terminal.Tmid, now, text), cancellation)).Acknowledged);
        });
    }

    private static async Task<(long Batches, long Lines, long Users, long Records)> CountsAsync(RunningService service) => (
        await service.Database.SingleAsync<long>("SELECT count(*) FROM traces.batch"),
        await service.Database.SingleAsync<long>("SELECT coalesce(sum(lines), 0)::bigint FROM traces.batch"),
        await service.Database.SingleAsync<long>("SELECT count(*) FROM identity.user_account"),
        await service.Database.SingleAsync<long>("SELECT count(*) FROM endpoints.terminal"));

    private static async Task WreckAsync(RunningService service)
    {
        await service.DownAsync();
        Directory.Delete(service.Data, recursive: true);
    }

    private static async Task MustAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.Code == 0, $"{string.Join(' ', arguments)}: {run.Output}{run.Errors}");
    }

    private static Task<ProgramRun> RunAsync(params string[] arguments) =>
        ProgramRun.OfAsync(BuiltPrograms.Client, arguments, TimeSpan.FromMinutes(15), new Dictionary<string, string> { ["AKASHI_SERVER"] = BuiltPrograms.Server });
}
