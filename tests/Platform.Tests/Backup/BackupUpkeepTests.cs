using Akashi.Platform.Backup;
using Akashi.Platform.Objects;
using Akashi.TestKit;
using Xunit;

namespace Akashi.Platform.Tests.Backup;

/// <summary>Generations, copies of keys and the second place, on folders without a database.</summary>
public sealed class BackupUpkeepTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly BackupPlace _place;
    private readonly string _keyFile;

    public BackupUpkeepTests()
    {
        _keyFile = _folder.File("backup.key");
        _place = new BackupPlace(new FileObjectStore(_folder.File("to")), BackupKey.Open(_keyFile, create: true), BackupPlace.DataPurpose);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Prune_MoreThanKept_RemovesOldGenerationsAndFilesThatNobodyNames()
    {
        var manifests = new List<BackupManifest>();
        for (var day = 1; day <= 5; day++) manifests.Add(await MakeAsync(day, ["shared", $"only-{day}"]));
        await BackupUpkeep.PruneAsync(_place, manifests, keep: 2, Cancellation);
        Assert.Equal(["20260104T000000Z", "20260105T000000Z"], (await BackupManifest.ReadAllAsync(_place, Cancellation)).Select(manifest => manifest.Generation));
        Assert.Equal(["objects/only-4", "objects/only-5", "objects/shared"], await KeysAsync(_place.Store, "objects"));
        Assert.Empty(await BackupCheck.FaultsAsync(_folder.File("to"), _keyFile, Cancellation));
    }

    [Fact]
    public async Task Faults_MissingOrChangedFile_AreNamed()
    {
        await MakeAsync(1, ["a", "b"]);
        var changed = Path.Combine(_folder.File("to"), "objects", "a");
        var bytes = await File.ReadAllBytesAsync(changed, Cancellation);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(changed, bytes, Cancellation);
        File.Delete(Path.Combine(_folder.File("to"), "objects", "b"));
        Assert.Equal(["objects/a: damaged", "objects/b: missing"], await BackupCheck.FaultsAsync(_folder.File("to"), _keyFile, Cancellation));
    }

    [Fact]
    public async Task PruneKeys_After30Days_OldCopiesGoAndTheNewestStays()
    {
        var keys = new BackupPlace(new FileObjectStore(_folder.File("keys")), BackupKey.Open(_keyFile, create: false), BackupPlace.KeysPurpose);
        var now = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (var age in new[] { 40, 31, 29, 1 }) await keys.WriteAsync(BackupUpkeep.KeyCopyOf(now.AddDays(-age)), new MemoryStream([1]), Cancellation);
        await BackupUpkeep.PruneKeysAsync(keys, now, Cancellation);
        Assert.Equal(2, (await KeysAsync(keys.Store, "keys")).Count);
        await BackupUpkeep.PruneKeysAsync(keys, now.AddDays(100), Cancellation);
        Assert.Equal(BackupUpkeep.KeyCopyOf(now.AddDays(-1)), (await BackupUpkeep.NewestKeysAsync(keys, Cancellation))?.Key);
    }

    [Fact]
    public async Task Mirror_SecondPlace_BecomesAndStaysLikeTheFirst()
    {
        var second = new FileObjectStore(_folder.File("second"));
        var first = await MakeAsync(1, ["a"]);
        await BackupUpkeep.MirrorAsync(_place.Store, second, Cancellation);
        var manifest = await MakeAsync(2, ["b"]);
        await BackupUpkeep.PruneAsync(_place, [first, manifest], keep: 1, Cancellation);
        await BackupUpkeep.MirrorAsync(_place.Store, second, Cancellation);
        Assert.Equal(["objects/b"], await KeysAsync(second, "objects"));
        Assert.Empty(await BackupCheck.FaultsAsync(_folder.File("second"), _keyFile, Cancellation));
        Assert.Single(await BackupCheck.ListAsync(_folder.File("second"), _keyFile, Cancellation));
    }

    [Fact]
    public async Task Read_KeysInPlaceOfData_IsRefused()
    {
        var keys = new BackupPlace(_place.Store, BackupKey.Open(_keyFile, create: false), BackupPlace.KeysPurpose);
        var entry = await keys.WriteAsync(new ObjectKey("x"), new MemoryStream([1, 2, 3]), Cancellation);
        await Assert.ThrowsAsync<BackupException>(() => _place.ReadAsync(entry, stream => stream.CopyToAsync(Stream.Null), Cancellation));
    }

    [Theory]
    [InlineData("000000010000000000000001", "000000010000000000000002", true)]
    [InlineData("0000000100000000000000FF", "000000010000000100000000", true)]
    [InlineData("000000010000000000000001", "000000010000000000000003", false)]
    [InlineData("000000010000000000000005", "000000020000000000000005", true)]
    [InlineData("000000010000000000000001", "00000002.history", false)]
    public void Follows_Table(string previous, string next, bool expected) => Assert.Equal(expected, LogSegment.Follows(previous, next));

    [Fact]
    public void Open_KeyOthersCanRead_IsRefused()
    {
        File.SetUnixFileMode(_keyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.Throws<BackupException>(() => BackupKey.Open(_keyFile, create: false)).Message, StringComparison.Ordinal);
    }

    private async Task<BackupManifest> MakeAsync(int day, string[] files)
    {
        var entries = new List<BackupEntry>();
        foreach (var file in files) entries.Add(await _place.WriteAsync(ObjectKey.Of("objects", file), new MemoryStream([1, 2, 3]), Cancellation));
        var at = new DateTimeOffset(2026, 1, day, 0, 0, 0, TimeSpan.Zero);
        var generation = BackupManifest.NameOf(at);
        // A file written again has other bytes; those of earlier lists are then the later ones', as no real run does.
        var list = await _place.WriteAsync(BackupManifest.KeyOf(generation, 0, "files"), await BackupManifest.ListAsync(entries), Cancellation);
        var manifest = new BackupManifest(BackupManifest.CurrentVersion, generation, 0, at, null, [], [], list, entries.Count, entries.Sum(entry => entry.Bytes), null);
        await manifest.WriteAsync(_place, Cancellation);
        return manifest;
    }

    private static async Task<List<string>> KeysAsync(IObjectStore store, string folder)
    {
        var keys = new List<string>();
        await foreach (var entry in store.AllAsync(new ObjectKey(folder), Cancellation)) keys.Add(entry.Key.ToString());
        return keys;
    }
}
