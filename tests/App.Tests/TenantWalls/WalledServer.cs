using System.Globalization;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Operations;
using Akashi.Platform.Quotas;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.TestKit;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;
using Akashi.Traces;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.App.Tests.TenantWalls;

/// <summary>One id of a tenant, and a random one of the same shape that belongs to nobody.</summary>
internal sealed record ForeignId(string Kind, string Value, string Random);

/// <summary>Two tenants with everything a tenant can have: administrator, session, token, terminal, traces, imports, refused batches.</summary>
public sealed class WalledServer : IAsyncLifetime
{
    internal const string SecretOfA = "ownsecretofa", SecretOfB = "foreignsecretofb";
    private const string SessionCookie = "__Host-akashi-session";
    private static readonly TimeProvider Clock = TimeProvider.System;

    public TestServer Server { get; private set; } = null!;

    public TwoTenants Tenants { get; private set; } = null!;

    public TestTerminal TerminalOfA { get; private set; } = null!;

    public TestTerminal TerminalOfB { get; private set; } = null!;

    /// <summary>Everything by which B's data could be named.</summary>
    internal IReadOnlyList<ForeignId> IdsOfB { get; private set; } = [];

    /// <summary>Texts that only B's data holds.</summary>
    internal IReadOnlyList<string> TracesOfB { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync(new CertificatesModule(), new IdentityModule(), new EndpointsModule(), new TracesModule(), new OperationsModule(), new PortalModule());
        Tenants = await TwoTenants.CreateAsync(Server);
        // Thousands of pairs are timed while the server's clock stands.
        await Server.Database.ExecuteAsOwnerAsync("INSERT INTO platform.tenant_limit (tenant_id, requests_per_second, request_burst, changed_at) SELECT id, 100000, 1000000, now() FROM identity.tenant");
        TerminalOfA = await FillAsync(Tenants.A, SecretOfA);
        TerminalOfB = await FillAsync(Tenants.B, SecretOfB);
        var b = Tenants.B;
        var batch = (await Server.Database.QueryAsOwnerAsync<(string FileName, string BatchId, string ObjectKey)>("SELECT file_name, batch_id, object_key FROM traces.batch WHERE tenant_id = @id ORDER BY leaf_index LIMIT 1", new { id = b.Id.Value })).Single();
        using var api = CreateApi(b);
        var row = await RowIdAsync(api);
        var saved = await IdOfAsync(api, "/api/v1/traces/searches", new { name = "B", query = SecretOfB, shared = true });
        var export = NewGuid().ToString();
        await api.Client.GetByteArrayAsync(new Uri("/api/v1/traces/export?q=*&run=" + export, UriKind.Relative));
        IdsOfB =
        [
            new("tenant", b.Id.ToString(), NewGuid().ToString("N")),
            new("tenant with hyphens", b.Id.Value.ToString(), NewGuid().ToString()),
            new("support id", b.SupportId, "AK00000999"),
            new("user account", b.UserAccountId.ToString(), NewGuid().ToString()),
            new("terminal", TerminalOfB.Tmid.ToString(), NewGuid().ToString()),
            new("computer", TestTerminal.ComputerOf(TerminalOfB.Tmid), "PC-" + RandomNumberGenerator.GetHexString(8, lowercase: true)),
            new("batch file", batch.FileName, TestBatch.NewName(TestTerminal.NewTmid(), Clock.GetUtcNow()).FileName),
            new("batch", batch.BatchId, RandomNumberGenerator.GetHexString(32, lowercase: true)),
            new("object", batch.ObjectKey, batch.ObjectKey.Replace(b.Id.ToString(), NewGuid().ToString("N"), StringComparison.Ordinal)),
            new("trace", row, row.Replace(batch.BatchId, RandomNumberGenerator.GetHexString(32, lowercase: true), StringComparison.Ordinal).Replace(TerminalOfB.Tmid.ToString(), NewGuid().ToString(), StringComparison.Ordinal)),
            new("saved search", saved, NewGuid().ToString()),
            new("export", export, NewGuid().ToString()),
            new("certificate", TerminalOfB.Certificate.SerialNumber, RandomNumberGenerator.GetHexString(32)),
            new("word", SecretOfB, "nobodyhassaidthisword"),
            new("activation code", $"{b.Id}.{new string('A', 43)}", $"{NewGuid():N}.{new string('A', 43)}"),
            new("enrolment token", $"ake_{b.Id}_{new string('A', 43)}", $"ake_{NewGuid():N}_{new string('A', 43)}"),
        ];
        TracesOfB = [SecretOfB, TerminalOfB.Tmid.ToString(), TestTerminal.ComputerOf(TerminalOfB.Tmid), b.Id.ToString(), b.Id.Value.ToString(), b.SupportId, b.UserAccountId.ToString(), "乙管理者", "admin@b.example", "二番目のお客様", batch.BatchId, TerminalOfB.Certificate.SerialNumber];
    }

    public async ValueTask DisposeAsync()
    {
        TerminalOfA?.Dispose();
        TerminalOfB?.Dispose();
        await Server.DisposeAsync();
    }

    public HttpClient CreateClient(ServiceHost host, X509Certificate2? certificate)
    {
        var handler = Server.CreateHandler();
        if (certificate is not null) handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        return new HttpClient(handler) { BaseAddress = Server.Address(host, "/") };
    }

    internal ServiceApi CreateApi(TestTenant tenant) => new(Tenants.CreateApiClient(tenant));

    /// <summary>Sessions of A's administrator on both hosts, fresh, since some requests end them.</summary>
    internal async Task<IReadOnlyDictionary<ServiceHost, string>> SignInAsAAsync()
    {
        using var browser = await Tenants.SignInToConsoleAsync(Tenants.A);
        return new Dictionary<ServiceHost, string>
        {
            [ServiceHost.Portal] = $"{SessionCookie}={browser.Cookie(ServiceHost.Portal, SessionCookie)}",
            [ServiceHost.Console] = $"{SessionCookie}={browser.Cookie(ServiceHost.Console, SessionCookie)}",
        };
    }

    internal Task UnlockAAsync() => Server.Database.ExecuteAsOwnerAsync("DELETE FROM identity.sign_in_charge WHERE tenant_id = @id", new { id = Tenants.A.Id.Value });

    /// <summary>All that the database and the disk hold of B.</summary>
    internal async Task<string> StateOfBAsync()
    {
        // What B itself used is written later than it happens; what A does must not count there.
        await Server.Services.GetRequiredService<QuotaUse>().ReadAsync(Tenants.B.Id, CancellationToken.None);
        var state = new StringBuilder();
        var tables = await Server.Database.QueryAsOwnerAsync<string>("SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relrowsecurity ORDER BY 1");
        foreach (var table in tables)
        {
            // Table names come from the catalogue, and cannot be parameters.
            var print = await Server.Database.QueryAsOwnerAsync<string>($"SELECT count(*) || ':' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM {table} t WHERE tenant_id = @id", new { id = Tenants.B.Id.Value });
            state.AppendLine(CultureInfo.InvariantCulture, $"{table} {print.Single()}");
        }
        foreach (var file in Directory.EnumerateFiles(Server.Options.Data, "*", SearchOption.AllDirectories).Where(file => file.Contains(Tenants.B.Id.ToString(), StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            state.AppendLine(CultureInfo.InvariantCulture, $"{file} {new FileInfo(file).Length}");
        return state.ToString();
    }

    private async Task<TestTerminal> FillAsync(TestTenant tenant, string secret)
    {
        using var api = CreateApi(tenant);
        var terminal = await TestTerminal.EnrolAsync(CreateClient, await api.CreateEnrolmentTokenAsync());
        var now = Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(9)).ToString("MM/dd/yyyy HH:mm:ss.fff '+0900'", CultureInfo.InvariantCulture);
        var batch = TestBatch.Of(terminal.Tmid, Clock.GetUtcNow(), Enumerable.Range(0, 50).Select(i => $"{now} loc=ja-JP type=ITM2 sn={i} evt=ps subEvt=start com=\"{TestTerminal.ComputerOf(terminal.Tmid)}\" tmid={terminal.Tmid} cmd=\"{secret} {i}\""));
        if (!(await terminal.PutAsync(batch)).Stored) throw new InvalidOperationException("The batch was not stored.");
        await Eventually.HoldsAsync(async () => await api.CountAsync(secret) == 50, "the traces are searchable");
        return terminal;
    }

    /// <summary>No version 7: those of one moment begin alike.</summary>
    private static Guid NewGuid() => new(RandomNumberGenerator.GetBytes(16));

    private static async Task<string> IdOfAsync(ServiceApi api, string path, object made)
    {
        using var answer = await api.Client.PostAsJsonAsync(path, made);
        using var json = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("id").GetString()!;
    }

    private static async Task<string> RowIdAsync(ServiceApi api)
    {
        using var answer = System.Text.Json.JsonDocument.Parse(await api.Client.GetStringAsync(new Uri("/api/v1/traces?limit=1", UriKind.Relative)));
        return answer.RootElement.GetProperty("rows")[0].GetProperty("id").GetString()!;
    }
}
