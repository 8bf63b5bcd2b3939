using Akashi.Platform.Audit;
using Akashi.Platform.Crypto;
using Akashi.Platform.Merkle;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akashi.Platform.Tests.Audit;

/// <summary>An audit log on a database of its own, with two tenants; the sequencer runs when told to.</summary>
internal sealed class AuditSetting : IAsyncDisposable
{
    public static readonly AuditActor Actor = new(AuditActor.User, "yamada", "192.0.2.7", null, "山田 太郎");

    private readonly TestFolder _folder = new();
    private readonly WorkSignals _signals;

    private AuditSetting(TestDatabase database)
    {
        Database = database;
        Keys = KeyStore.Open(_folder.File("keys"));
        foreach (var tenant in new[] { Tenant, Other }) Keys.CreateTenantKeys(tenant);
        Signer = new HeadSigner(Keys);
        _signals = new WorkSignals(database.Application, Clock);
        Log = NewLog();
    }

    public TestDatabase Database { get; }

    public TestClock Clock { get; } = new(TimeProvider.System.GetUtcNow());

    public KeyStore Keys { get; }

    public HeadSigner Signer { get; }

    public TenantId Tenant { get; } = TenantId.New(TimeProvider.System);

    public TenantId Other { get; } = TenantId.New(TimeProvider.System);

    public AuditLog Log { get; }

    public AuditSearch Search => new(Database.Application);

    public AuditExport Export => new(Database.Application, Log, Signer);

    public AuditVerification Verification => new(Database.Application, Log);

    public static async Task<AuditSetting> CreateAsync() => new(await TestDatabase.CreateAsync());

    /// <summary>Another node of the service.</summary>
    public AuditLog NewLog() => new(Database.Application, Signer, Keys, _signals, Clock);

    /// <summary>Alone.</summary>
    public Task WriteAsync(string target, string action = "probe.act", object? before = null, object? after = null) =>
        Log.WriteAsync(Tenant, Actor, new AuditEntry(action, target, before, after));

    /// <summary>In a transaction of its own, left to the sequencer.</summary>
    public async Task WriteWithActAsync(string target, bool commit = true)
    {
        await using var session = await Database.Application.OpenAsync(Tenant);
        await Log.WriteAsync(session, Actor, new AuditEntry("probe.act", target), CancellationToken.None);
        if (commit) await session.CommitAsync();
    }

    /// <summary>Runs the background work as a node that has just started, until no entry waits.</summary>
    public async Task SequenceAsync()
    {
        using var sequencer = new AuditSequencer(Database.Application, Log, _signals, Clock, NullLogger<AuditSequencer>.Instance);
        await sequencer.StartAsync(CancellationToken.None);
        await TestWait.UntilAsync(async () => (await Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.signal")).Single() == 0, TimeSpan.FromSeconds(60));
        await sequencer.StopAsync(CancellationToken.None);
    }

    public Task<long> CountAsync(string table) => CountWhereAsync(table, "true");

    // Table and condition are the tests' own constants.
    public async Task<long> CountWhereAsync(string table, string condition) =>
        (await Database.QueryAsOwnerAsync<long>($"SELECT count(*) FROM platform.{table} WHERE {condition}")).Single();

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Dispose();
    }
}
