using System.Diagnostics;
using Akashi.Platform.Backup;
using Akashi.Platform.Database;
using Akashi.Platform.Hosting;
using Akashi.Platform.Objects;
using Akashi.TestKit;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Akashi.Platform.Tests.Backup;

/// <summary>A PostgreSQL that puts its log aside, as the service's own does.</summary>
public sealed class BackedUpDatabase : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private Process? _postmaster;
    private PrivateCluster? _cluster;

    public string Data => File("data");

    internal string Admin => _cluster!.AdminConnection;

    internal string Owner => _cluster!.OwnerConnection;

    public string File(string name) => _folder.File(name);

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(Data, "keys"));
        _cluster = new PrivateCluster(DatabaseSource.FolderIn(Data), File("s"));
        _postmaster = await _cluster.StartAsync(CancellationToken.None);
        await ExecuteAsync("CREATE TABLE note (text text NOT NULL)");
    }

    public async ValueTask DisposeAsync()
    {
        if (_postmaster is not null) await PrivateCluster.StopAsync(_postmaster, CancellationToken.None);
        _postmaster?.Dispose();
        _folder.Dispose();
    }

    internal async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Admin);
        await connection.ExecuteAsync(sql);
    }

    /// <summary>Ends the segment and waits until it is put aside.</summary>
    internal async Task<string> SwitchAsync()
    {
        await using var connection = new NpgsqlConnection(Admin);
        var ended = (await connection.QuerySingleAsync<string>("SELECT pg_walfile_name(pg_switch_wal() - 1)"))!;
        await TestWait.UntilAsync(async () => string.CompareOrdinal(await connection.QuerySingleAsync<string>("SELECT last_archived_wal FROM pg_stat_archiver"), ended) >= 0, TimeSpan.FromSeconds(60), ended);
        return ended;
    }
}

/// <summary>Base backups and the log that joins them, on a real PostgreSQL.</summary>
public sealed class DatabaseBackupTests(BackedUpDatabase database) : IClassFixture<BackedUpDatabase>
{
    private readonly TestClock _clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LogRun_WholeBackupElsewhereInBetween_StillJoinsItsBase()
    {
        await RunAsync("join", "join", logOnly: false);
        await NoteAsync("join");
        await RunAsync("join", "join-usb", logOnly: false);
        await NoteAsync("join");
        await RunAsync("join", "join", logOnly: true);
        Assert.Equal(2, await RestoredAsync("join"));
    }

    [Fact]
    public async Task LogRun_WholeBackupFailedInBetween_StillJoinsItsBase()
    {
        await RunAsync("fail", "fail", logOnly: false);
        await NoteAsync("fail");
        var noKey = Path.Combine(Directory.CreateDirectory(database.File("fail-objects")).FullName, "no key");
        await File.WriteAllTextAsync(noKey, "", Cancellation);
        await Assert.ThrowsAnyAsync<Exception>(() => RunAsync("fail", "fail", logOnly: false));
        File.Delete(noKey);
        await NoteAsync("fail");
        await RunAsync("fail", "fail", logOnly: true);
        Assert.Equal(2, await RestoredAsync("fail"));
    }

    [Fact]
    public async Task LogRun_FirstSegmentAfterTheBaseIsLost_IsRefused()
    {
        await RunAsync("lost", "lost", logOnly: false);
        await NoteAsync("lost");
        foreach (var segment in Aside()) File.Delete(segment);
        await NoteAsync("lost");
        var refused = await Assert.ThrowsAsync<BackupException>(() => RunAsync("lost", "lost", logOnly: true));
        Assert.Contains("is lost", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogRun_DiedBeforeItRemovedWhatItTook_TakesNothingTwice()
    {
        await RunAsync("twice", "twice", logOnly: false);
        await NoteAsync("twice");
        var kept = Aside().ToDictionary(path => path, File.ReadAllBytes);
        await RunAsync("twice", "twice", logOnly: true);
        foreach (var (path, bytes) in kept) await File.WriteAllBytesAsync(path, bytes, Cancellation);
        await NoteAsync("twice");
        var second = await RunAsync("twice", "twice", logOnly: true);
        Assert.DoesNotContain(second.Log, entry => kept.Keys.Any(path => BackupRun.SegmentOf(entry) == Path.GetFileName(path)));
        Assert.Empty(Aside());
    }

    [Fact]
    public async Task Restore_SegmentInTwoRuns_TakesOne()
    {
        await RunAsync("double", "double", logOnly: false);
        await NoteAsync("double");
        var run = await RunAsync("double", "double", logOnly: true);
        var place = new BackupPlace(new FileObjectStore(database.File("double")), BackupKey.Open(Path.Combine(database.Data, "backup.key"), create: false), BackupPlace.DataPurpose);
        await (run with { Run = run.Run + 1 }).WriteAsync(place, Cancellation);
        Assert.Equal(1, await RestoredAsync("double"));
    }

    [Fact]
    public async Task StreamBase_LogMovesOnMeanwhile_KeepsWhatTheBaseNeeds()
    {
        var bytes = new MemoryStream();
        await new DatabaseSource(Options("stream")).StreamBaseAsync(async stream =>
        {
            var first = new byte[1];
            Assert.Equal(1, await stream.ReadAsync(first, Cancellation)); // now its first segment is known to PostgreSQL
            for (var round = 0; round < 3; round++)
            {
                await NoteAsync("stream");
                await database.ExecuteAsync("CHECKPOINT;");
            }
            await stream.CopyToAsync(bytes, Cancellation);
        }, Cancellation);
        Assert.True(bytes.Length > 100_000);
    }

    private IEnumerable<string> Aside() => Directory.EnumerateFiles(Path.Combine(DatabaseSource.FolderIn(database.Data), "data", PrivateCluster.LogFolder)).Where(path => LogSegment.TryParse(Path.GetFileName(path), out _)).ToList();

    private async Task NoteAsync(string text)
    {
        await database.ExecuteAsync($"INSERT INTO note VALUES ('{text}')");
        await database.SwitchAsync();
    }

    private ServerOptions Options(string regular) => new() { Data = database.Data, OwnerConnection = database.Owner, Backup = new BackupOptions { To = database.File(regular) } };

    private Task<BackupManifest> RunAsync(string regular, string to, bool logOnly)
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        return new BackupRun(Options(regular), new FileObjectStore(database.File($"{regular}-objects")), _clock, NullLogger<BackupRun>.Instance).RunAsync(database.File(to), logOnly, Cancellation);
    }

    /// <summary>Restores the newest generation and counts its notes.</summary>
    private async Task<long> RestoredAsync(string name)
    {
        var data = database.File($"{name}-restored");
        await BackupRestore.RunAsync(new RestoreOrder(database.File(name), database.File($"{name}-keys"), Path.Combine(database.Data, "backup.key"), data, null), Cancellation);
        var cluster = new PrivateCluster(DatabaseSource.FolderIn(data), database.File($"{name}-s"));
        using var postmaster = await cluster.StartAsync(Cancellation);
        try
        {
            await using var connection = new NpgsqlConnection(cluster.AdminConnection + ";Pooling=false");
            return await connection.QuerySingleAsync<long>("SELECT count(*) FROM note WHERE text = @name", new { name });
        }
        finally
        {
            await PrivateCluster.StopAsync(postmaster, CancellationToken.None);
        }
    }
}
