using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Akashi.Identity.Passwords;
using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.TestKit.S3;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;

namespace Akashi.TestKit.Nodes;

/// <summary>
/// Two places for servers on one PostgreSQL, one bucket and one key store. Clients reach them at <see cref="Front"/> when a balancer
/// listens there. The programs may be different releases.
/// </summary>
public sealed class NodePair : IAsyncDisposable
{
    public const string SupportId = "AK00000001";

    /// <summary>Where the balancer listens, from where the nodes see it connect, and where the nodes listen.</summary>
    public static readonly IPAddress Front = IPAddress.Loopback, BalancerSource = IPAddress.Parse("127.0.0.20");

    private static readonly IPAddress FirstAddress = IPAddress.Parse("127.0.0.11"), SecondAddress = IPAddress.Parse("127.0.0.12");

    /// <summary>As over a real distance: on loopback a write is done so soon that a kill would hardly ever meet one.</summary>
    private static readonly TimeSpan WriteDelay = TimeSpan.FromMilliseconds(300);

    private readonly TestFolder _folder;
    private readonly S3Peer _peer;

    private NodePair(TestFolder folder, S3Peer peer, TestDatabase database, TestNode first, TestNode second) =>
        (_folder, _peer, Database, First, Second) = (folder, peer, database, first, second);

    public TestDatabase Database { get; }

    public TestNode First { get; }

    public TestNode Second { get; }

    public ServiceHosts Hosts => First.Hosts;

    /// <summary>Folders and settings of both, on an empty database; nothing runs yet.</summary>
    /// <param name="clickHouse">Where both search traces; null when they only receive them.</param>
    public static async Task<NodePair> PrepareAsync(string firstProgram, string secondProgram, ClickHouseOptions? clickHouse = null)
    {
        var folder = new TestFolder();
        var peer = await S3Peer.StartAsync(WriteDelay);
        var database = await TestDatabase.CreateEmptyAsync();
        var hosts = new ServiceHosts("akashi.localhost", LoopbackNames.FreePort());
        var pair = new NodePair(folder, peer, database, new TestNode(firstProgram, folder.File("first"), FirstAddress, hosts), new TestNode(secondProgram, folder.File("second"), SecondAddress, hosts));
        foreach (var node in new[] { pair.First, pair.Second })
        {
            node.Configure(pair.Settings(clickHouse));
            // The previous release knows no other place of keys than the data folder.
            Directory.CreateDirectory(folder.File("keys"));
            Directory.CreateSymbolicLink(Path.Combine(node.Data, "keys"), folder.File("keys"));
        }
        return pair;
    }

    public async Task<TenantId> TenantAsync() => new((await Database.QueryAsOwnerAsync<Guid>("SELECT id FROM identity.tenant WHERE support_id = @SupportId", new { SupportId })).Single());

    /// <summary>A person's browser.</summary>
    /// <param name="target">Where each new connection goes; connections are not kept, so that each request may meet another node.</param>
    public TestBrowser CreateBrowser(Func<IPAddress> target, IPAddress? from = null)
    {
        var handler = NodeClients.CreateHandler(First.AuthorityPem, target, from);
        handler.PooledConnectionLifetime = TimeSpan.Zero;
        return new TestBrowser(Hosts, handler);
    }

    /// <summary>Gives the first tenant's administrator a password, and people of the tenant's who sign in with the password alone if wished.</summary>
    public async Task SetPasswordAsync(string password, bool codes)
    {
        var tenant = (await TenantAsync()).Value;
        await Database.ExecuteAsOwnerAsync("UPDATE identity.user_account SET password_hash = @hash, state = 'active' WHERE user_key = 'admin' AND tenant_id = @tenant", new { tenant, hash = PasswordHash.Create(password, PasswordHash.MinimumRounds) });
        const string policy = "INSERT INTO identity.sign_in_policy (tenant_id, factors, changed_at) VALUES (@tenant, @factors, now()) ON CONFLICT (tenant_id) DO UPDATE SET factors = excluded.factors";
        await Database.ExecuteAsOwnerAsync(policy, new { tenant, factors = codes ? "password+mail" : "password" });
    }

    public static IEnumerable<KeyValuePair<string, string>> SignInFields(string password) => [new("supportId", SupportId), new("userId", "admin"), new("password", password)];

    /// <summary>Terminals that enrol and send where each of their connections is told to go.</summary>
    public async Task<IReadOnlyList<TestTerminal>> EnrolAsync(int count, Func<IPAddress> target)
    {
        using var api = new ServiceApi(First.CreateApiClient("apiToken"));
        var enrolled = new List<TestTerminal>();
        for (var i = 0; i < count; i++)
            enrolled.Add(await TestTerminal.EnrolAsync((host, certificate) => NodeClients.Create(Hosts, host, First.AuthorityPem, target, certificate), await api.CreateEnrolmentTokenAsync()));
        return enrolled;
    }

    public TestOutbox OutboxOf(TenantId tenant) => new([Path.Combine(First.Data, "outbox"), Path.Combine(Second.Data, "outbox")], tenant);

    public async Task<IReadOnlyList<(string Batch, byte[] Digest, long Lines)>> ManifestAsync() =>
        await Database.QueryAsOwnerAsync<(string, byte[], long)>("SELECT batch_id, digest, lines FROM traces.batch");

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        await Database.DisposeAsync();
        await _peer.DisposeAsync();
        _folder.Dispose();
    }

    private JsonObject Settings(ClickHouseOptions? clickHouse) => new()
    {
        ["traces"] = clickHouse is null ? null : new JsonObject
        {
            ["clickHouse"] = new JsonObject
            {
                ["urls"] = new JsonArray([.. clickHouse.Urls.Select(url => (JsonNode)url)]),
                ["database"] = clickHouse.Database,
                ["user"] = clickHouse.User,
                ["password"] = clickHouse.Password,
                ["cluster"] = clickHouse.Cluster,
            },
        },
        ["ownerConnection"] = Database.OwnerConnection,
        ["applicationConnection"] = Database.ApplicationConnection,
        ["operatorConnection"] = Database.OperatorConnection,
        ["embeddedTraces"] = false,
        ["balancers"] = new JsonArray(BalancerSource.ToString()),
        ["objects"] = new JsonObject
        {
            ["kind"] = _peer.Options.Kind,
            ["endpoint"] = _peer.Options.Endpoint,
            ["bucket"] = _peer.Options.Bucket,
            ["credentialsFile"] = _peer.Options.CredentialsFile,
            ["partBytes"] = _peer.Options.PartBytes.ToString(CultureInfo.InvariantCulture),
        },
    };
}
