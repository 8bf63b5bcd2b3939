using System.Net;
using System.Text.Json.Nodes;
using Akashi.Platform.Database;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.TestKit.Nodes;
using Akashi.TestKit.S3;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;
using Npgsql;

namespace Akashi.App.Tests.Nodes;

/// <summary>Two nodes on a PostgreSQL of their own are backed up through one of them and brought back elsewhere, as docs/runbooks/two-nodes.md tells.</summary>
public sealed class TwoNodeBackupTests : IAsyncLifetime
{
    private const string Password = "Two-nodes-2026";
    private const int Batches = 6, Lines = 20;

    private readonly TestFolder _folder = new();
    private System.Diagnostics.Process? _postmaster;

    private string Place => _folder.File("backups");

    private string Key => _folder.File("backup.key");

    private string Restored => _folder.File("restored");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_postmaster is not null) await PrivateCluster.StopAsync(_postmaster, CancellationToken.None);
        _postmaster?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Restore_OfTwoNodes_BringsBackWhatBothReceived()
    {
        Needs.LongRun("starting two nodes, backing them up and starting what comes back takes most of a minute");
        Assert.SkipWhen(S3Peer.WhySkipped is not null, S3Peer.WhySkipped ?? "");
        await using var pair = await NodePair.PrepareAsync(BuiltPrograms.Server, BuiltPrograms.Server);
        foreach (var node in new[] { pair.First, pair.Second }) Arrange(node, pair.Database.AdminConnection);
        await Task.WhenAll(pair.First.StartAsync(), pair.Second.StartAsync());
        await pair.SetPasswordAsync(Password, codes: false);
        var (turn, gone) = (0, (IPAddress?)null);
        using var terminal = (await pair.EnrolAsync(1, () => gone ?? (Interlocked.Increment(ref turn) % 2 == 0 ? pair.First : pair.Second).Address))[0];
        foreach (var node in new[] { pair.First, pair.Second })
        {
            gone = node.Address;
            for (var batch = 0; batch < Batches / 2; batch++) Assert.True((await terminal.PutAsync(Batch(terminal))).Stored);
        }

        await MustAsync("backup", "--data", pair.First.Data, "--to", Place);
        Assert.Contains("backup: whole", await MustAsync("backup-verify", "--data", pair.Second.Data, "--to", Place), StringComparison.Ordinal); // with the key file that both have
        await pair.First.KillAsync();
        await pair.Second.KillAsync();

        await MustAsync("restore", "--from", Place, "--data", Restored, "--key", Key);
        await using var restored = new TestNode(BuiltPrograms.Server, Restored, IPAddress.Parse("127.0.0.13"), pair.Hosts);
        restored.Configure(await SettingsAsync(pair.Database));
        await restored.StartAsync();
        gone = restored.Address;

        var verified = await restored.VerifyAsync();
        Assert.True(verified.Code == 0 && verified.Output.Contains("verify: clean", StringComparison.Ordinal), verified.Output + verified.Errors);
        Assert.False(await SignsInAsync(pair, restored, Password + "x"));
        Assert.True(await SignsInAsync(pair, restored, Password));
        using var api = new ServiceApi(restored.CreateApiClient("apiToken"));
        await Eventually.HoldsAsync(async () => await api.CountAsync("*") == Batches * Lines, "what both nodes received is found");
        Assert.True((await terminal.PutAsync(Batch(terminal))).Stored); // its certificate still opens the door
    }

    private void Arrange(TestNode node, string replication)
    {
        var settings = Read(node.Data);
        settings["keysFolder"] = Path.Combine(Path.GetDirectoryName(node.Data)!, "keys");
        settings["backup"] = new JsonObject { ["keyFile"] = Key, ["connection"] = replication };
        node.Configure(settings);
    }

    /// <summary>PostgreSQL on the restored folder, with the roles' known passwords; then the settings that name it.</summary>
    private async Task<JsonObject> SettingsAsync(TestDatabase before)
    {
        var settings = Read(Restored);
        // Nothing may lead the restored service to what it was taken from.
        foreach (var name in new[] { "ownerConnection", "applicationConnection", "operatorConnection", "keysFolder", "objects", "backup" }) Assert.False(settings.ContainsKey(name), name);
        var postgres = Path.Combine(Restored, "postgres");
        var logins = new[] { before.AdminConnection, before.OwnerConnection, before.ApplicationConnection, before.OperatorConnection }.Select(connection => new NpgsqlConnectionStringBuilder(connection)).ToList();
        foreach (var login in logins)
        {
            var file = Path.Combine(postgres, login.Username + ".password");
            await File.WriteAllTextAsync(file, login.Password);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        var cluster = new PrivateCluster(postgres, _folder.File("s"), durable: false);
        _postmaster = await cluster.StartAsync(TestContext.Current.CancellationToken);
        string In(string connection) => new NpgsqlConnectionStringBuilder(connection) { Database = logins[0].Database }.ConnectionString;
        await using var admin = new NpgsqlConnection(In(cluster.AdminConnection) + ";Pooling=false");
        await admin.OpenAsync();
        await using var later = new NpgsqlCommand("UPDATE platform.node SET seen_at = seen_at - interval '1 hour'", admin);
        await later.ExecuteNonQueryAsync();
        settings["ownerConnection"] = In(cluster.OwnerConnection);
        settings["applicationConnection"] = In(cluster.ApplicationConnection);
        settings["operatorConnection"] = In(cluster.OperatorConnection);
        settings.Remove("embeddedTraces"); // one node with files: it searches, too
        return settings;
    }

    private static JsonObject Read(string data) => JsonNode.Parse(File.ReadAllText(Path.Combine(data, "config.json")))!.AsObject();

    private static TestBatch Batch(TestTerminal terminal)
    {
        var now = TimeProvider.System.GetUtcNow();
        return TestBatch.Of(terminal.Tmid, now, Enumerable.Range(0, Lines).Select(line => $"{now.ToOffset(TimeSpan.FromHours(9)):MM/dd/yyyy HH:mm:ss.fff} +0900 evt=ps subEvt=start com=\"PC\" sn={line}"));
    }

    private static async Task<bool> SignsInAsync(NodePair pair, TestNode node, string password)
    {
        using var browser = pair.CreateBrowser(() => node.Address);
        await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", NodePair.SignInFields(password));
        return (await browser.GetAsync(ServiceHost.Portal, "/")).Status == HttpStatusCode.OK;
    }

    private static async Task<string> MustAsync(params string[] arguments)
    {
        var run = await ProgramRun.OfAsync(BuiltPrograms.Server, arguments);
        Assert.True(run.Code == 0, $"{string.Join(' ', arguments)}: {run.Output}{run.Errors}");
        return run.Output;
    }
}
