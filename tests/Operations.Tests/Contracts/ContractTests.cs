using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Akashi.Agent.Protocol;
using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Identity;
using Akashi.Identity.Contracts;
using Akashi.Identity.Tenants;
using Akashi.Platform.Crypto;
using Akashi.Platform.Objects;
using Akashi.Portal;
using Akashi.TestKit;
using Akashi.TestKit.Terminals;
using Akashi.Traces;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations.Tests.Contracts;

/// <summary>The life of a contract over the API, and what is left of a customer's data after it.</summary>
public sealed class ContractTests : IAsyncLifetime
{
    private const long DeletionGateKey = 0x616B62636B70; // what a backup holds while it copies

    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => (_server, _tenants) = await OperationsServer.StartOwnAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Create_BySomeOperator_MakesATenantWithKeysAndANoticeToItsAdministrator()
    {
        var made = await PostAsync(_tenants.Operator, "/api/v1/tenants", HttpStatusCode.Created, NewContract("standard", ["daily-log"]));
        Assert.Equal("AK00000003", made.GetProperty("supportId").GetString());
        Assert.Equal(["DailyLog", "EndpointTraces"], made.GetProperty("entitlements").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal("jp", made.GetProperty("region").GetString());
        var mail = (await _server.Database.QueryAsOwnerAsync<(string To, string Template)>("SELECT to_address, template FROM platform.mail")).Single();
        Assert.Equal(("hanako@c.example", "identity.account-notice"), mail);
        var id = (await _server.Database.QueryAsOwnerAsync<Guid>("SELECT id FROM identity.tenant WHERE support_id = 'AK00000003'")).Single();
        Assert.True(_server.Services.GetRequiredService<KeyStore>().HasTenantKeys(new(id)));
        Assert.True((await _server.Services.GetRequiredService<EntitlementBook>().OfAsync(new(id), Cancellation)).Allows(Entitlement.DailyLog));
    }

    [Fact]
    public async Task Create_WithBadFieldsOrByACustomer_IsRefused()
    {
        await PostAsync(_tenants.A, "/api/v1/tenants", HttpStatusCode.Forbidden, NewContract("standard", []));
        await PostAsync(_tenants.Operator, "/api/v1/tenants", HttpStatusCode.UnprocessableEntity, NewContract("gold", []));
        await PostAsync(_tenants.Operator, "/api/v1/tenants", HttpStatusCode.UnprocessableEntity, NewContract("standard", ["everything"]));
        await PostAsync(_tenants.Operator, "/api/v1/tenants", HttpStatusCode.UnprocessableEntity, NewContract("standard", [], mail: "no mail"));
        await PostAsync(_tenants.Operator, "/api/v1/tenants", HttpStatusCode.UnprocessableEntity, NewContract("standard", [], endsOn: "2020-01-01"));
        var reversed = await PostAsync(_tenants.Operator, "/api/v1/tenants", HttpStatusCode.UnprocessableEntity, NewContract("standard", [], administrator: "管理\u202e者"));
        Assert.Contains("administratorName", reversed.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(3, (await _server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM identity.tenant")).Single());
    }

    [Fact]
    public async Task Suspend_ShutsPeopleOutAndLetsTerminalsGoOn()
    {
        using var browser = await _tenants.SignInAsync(_tenants.A);
        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/suspend", HttpStatusCode.OK);
        Assert.NotEqual(HttpStatusCode.OK, (await browser.GetAsync(Platform.Web.ServiceHost.Portal, "/")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(_tenants.A, "/api/v1/me"));
        Assert.True((await _server.Services.GetRequiredService<EntitlementBook>().OfAsync(_tenants.A.Id, Cancellation)).IsRunning);
        Assert.Equal(HttpStatusCode.OK, await CallAsync(_tenants.B, "/api/v1/me"));
        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/resume", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await CallAsync(_tenants.A, "/api/v1/me"));
        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/resume", HttpStatusCode.Conflict);
        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000000/suspend", HttpStatusCode.Conflict); // the operator's own
    }

    [Fact]
    public async Task End_NeedsTheSupportIdTypedAndCanBeTakenBack()
    {
        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/end", HttpStatusCode.UnprocessableEntity, new { supportId = "AK00000002" });
        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/end", HttpStatusCode.UnprocessableEntity, new { supportId = "AK00000001", countdownDays = 91 });
        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/end", HttpStatusCode.OK, new { supportId = "AK00000001", countdownDays = 30 });
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(_tenants.A, "/api/v1/me"));
        _server.Clock.Advance(TimeSpan.FromDays(29));
        Assert.Equal((0, 0), await RunClockAsync());
        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/take-back", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await CallAsync(_tenants.A, "/api/v1/me"));
        _server.Clock.Advance(TimeSpan.FromDays(100));
        Assert.Equal((0, 0), await RunClockAsync());
    }

    [Fact]
    public async Task LastDay_Over_EndsTheContractByItself()
    {
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.contract SET starts_on = '2020-04-01', ends_on = @day WHERE tenant_id = @Value",
            new { day = DateOnly.FromDateTime(_server.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(9)).DateTime), _tenants.A.Id.Value });
        Assert.Equal((0, 0), await RunClockAsync()); // the last day belongs to it
        _server.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal((1, 0), await RunClockAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(_tenants.A, "/api/v1/me"));
        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/take-back", HttpStatusCode.OK);
        Assert.Equal((0, 0), await RunClockAsync()); // not at once again
        Assert.Equal(HttpStatusCode.OK, await CallAsync(_tenants.A, "/api/v1/me"));
    }

    [Fact]
    public async Task Clock_OneContractInTrouble_GoesOnWithTheOthers()
    {
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.contract SET starts_on = '2020-04-01', ends_on = '2020-04-30' WHERE tenant_id = ANY(@ids)", new { ids = new[] { _tenants.A.Id.Value, _tenants.B.Id.Value } });
        await _server.Database.ExecuteAsOwnerAsync($"""
            CREATE FUNCTION public.trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trouble'; END $$;
            CREATE TRIGGER trouble BEFORE UPDATE ON identity.contract FOR EACH ROW WHEN (OLD.tenant_id = '{_tenants.A.Id.Value}') EXECUTE FUNCTION public.trouble()
            """);
        await Assert.ThrowsAsync<AggregateException>(RunClockAsync);
        Assert.Equal(["AK00000002"], await _server.Database.QueryAsOwnerAsync<string>("SELECT support_id FROM identity.tenant WHERE status = 'ended'"));
    }

    [Fact]
    public async Task Erasure_DuringABackup_DestroysTheKeyAndWaitsWithTheRest()
    {
        await ImportAsync(_tenants.A);
        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/end", HttpStatusCode.OK, new { supportId = "AK00000001", countdownDays = 30 });
        _server.Clock.Advance(TimeSpan.FromDays(31));
        await using (var backup = new Npgsql.NpgsqlConnection(_server.Database.ApplicationConnection + ";Pooling=false"))
        {
            await backup.OpenAsync(Cancellation);
            await using (var shut = new Npgsql.NpgsqlCommand($"SELECT pg_advisory_lock({DeletionGateKey})", backup)) await shut.ExecuteNonQueryAsync(Cancellation);
            Assert.Equal((0, 0), await RunClockAsync());
            Assert.True(_server.Services.GetRequiredService<KeyStore>().IsDataKeyDestroyed(_tenants.A.Id));
            Assert.NotEmpty(BackUp(_tenants.A));
            await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/take-back", HttpStatusCode.Conflict); // there is nothing to take back to
        }
        await TestWait.UntilAsync(async () => await RunClockAsync() == (0, 1), TimeSpan.FromSeconds(10), "the gate to open");
        Assert.Empty(BackUp(_tenants.A));
        Assert.Equal(1, (await _server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.audit_entry WHERE action = 'contract.erase'")).Single());
    }

    [Fact]
    public async Task List_AskedForWhatNobodyCanBeCalled_IsEmpty()
    {
        foreach (var query in new[] { "search=%00", "after=%00" })
        {
            using var client = _tenants.CreateApiClient(_tenants.Operator);
            Assert.DoesNotContain("AK0", await client.GetStringAsync(new Uri("/api/v1/tenants?" + query, UriKind.Relative), Cancellation), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Erasure_LeavesLogsAloneAndMakesEveryBackupUnreadable()
    {
        await ImportAsync(_tenants.A);
        await ImportAsync(_tenants.B);
        await TestWait.UntilAsync(async () => (await _server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM traces.segment")).Single() >= 2, TimeSpan.FromSeconds(30), "both are indexed");
        var backup = BackUp(_tenants.A);
        Assert.NotEmpty(backup);
        var keys = _server.Services.GetRequiredService<KeyStore>();
        Assert.All(backup, one => SealedObject.Open(keys, _tenants.A.Id, one)); // as long as the contract runs, a backup can be read

        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/end", HttpStatusCode.OK, new { supportId = "AK00000001", countdownDays = 30 });
        _server.Clock.Advance(TimeSpan.FromDays(31));
        Assert.Equal((0, 1), await RunClockAsync());
        Assert.Equal((0, 0), await RunClockAsync());

        Assert.All(backup, one => Assert.Throws<DataKeyDestroyedException>(() => SealedObject.Open(keys, _tenants.A.Id, one)));
        Assert.All(backup, one => Assert.Throws<DataKeyDestroyedException>(() => SealedObject.Open(KeyStore.Open(_server.Options.KeysFolder), _tenants.A.Id, one)));
        keys.CreateTenantKeys(_tenants.A.Id); // nor does a new key take its place
        Assert.True(keys.IsDataKeyDestroyed(_tenants.A.Id));
        Assert.Empty(BackUp(_tenants.A));
        Assert.Equal(
            ["identity.contract", "platform.audit_entry", "platform.audit_head", "platform.audit_leaf", "platform.audit_signed_head"],
            (await TablesWithRowsOfAsync(_tenants.A)).Where(table => !table.StartsWith("identity.sign_in", StringComparison.Ordinal) && table != "platform.audit_pending"));
        Assert.NotEmpty(BackUp(_tenants.B));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(_tenants.B, "/api/v1/me"));
        await PostAsync(_tenants.Operator, "/api/v1/tenants/AK00000001/take-back", HttpStatusCode.Conflict);
        var access = await LocalAccess.EnsureAsync(_server.Services, null, Cancellation); // as at a start without ready.json
        Assert.Null(access.Customer);
        Assert.NotEmpty(access.Operator.ApiToken);
    }

    [Fact]
    public async Task Erasure_AskedForTooEarly_IsRefusedByTheDatabaseItself()
    {
        await using var session = await _server.Database.Application.OpenAsync(_tenants.A.Id, Cancellation);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => session.ExecuteAsync("SELECT identity.erase_tenant(@Id, @now)", new { _tenants.A.Id, now = _server.Clock.GetUtcNow() }, Cancellation));
    }

    private static object NewContract(string plan, string[] options, string mail = "hanako@c.example", string? endsOn = null, string administrator = "管理 花子") => new
    {
        contract = new
        {
            name = "三番目のお客様", plan, options, trial = true, startsOn = "2026-12-01", endsOn, applicantName = "申込 三郎", applicantMail = mail, accountRecipientName = "送付 四郎", accountRecipientMail = mail,
        },
        administratorUserId = "kanri", administratorName = administrator, administratorMail = mail,
    };

    private async Task<JsonElement> PostAsync(TestTenant who, string path, HttpStatusCode expected, object? body = null)
    {
        using var client = _tenants.CreateApiClient(who);
        using var answer = body is null ? await client.PostAsync(new Uri(path, UriKind.Relative), null, Cancellation) : await client.PostAsJsonAsync(path, body, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(expected == answer.StatusCode, $"{path}: {answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    private async Task<HttpStatusCode> CallAsync(TestTenant who, string path)
    {
        using var client = _tenants.CreateApiClient(who);
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return answer.StatusCode;
    }

    private Task<(int, int)> RunClockAsync() => _server.Services.GetRequiredService<ContractClock>().ApplyAsync(Cancellation);

    private async Task ImportAsync(TestTenant tenant)
    {
        var name = BatchName.Parse($"{Guid.CreateVersion7():D}_202611210900000-{RandomNumberGenerator.GetHexString(32, lowercase: true)}.zip");
        using var client = _tenants.CreateApiClient(tenant);
        using var content = new ByteArrayContent(TestBatch.Of(name, "11/21/2026 09:00:00.000 +0900 evt=ps subEvt=start\n"u8.ToArray()).Zip) { Headers = { ContentType = new("application/zip") } };
        using var answer = await client.PutAsync(new Uri("/api/v1/traces/import/" + name.FileName, UriKind.Relative), content, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private List<byte[]> BackUp(TestTenant tenant)
    {
        var folder = Path.Combine(_server.Options.ObjectsFolder, tenant.Id.ToString());
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.akb", SearchOption.AllDirectories).Select(File.ReadAllBytes)] : [];
    }

    private async Task<IReadOnlyList<string>> TablesWithRowsOfAsync(TestTenant tenant)
    {
        var tables = await _server.Database.QueryAsOwnerAsync<string>("""
            SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' WHERE c.relkind = 'r' AND c.relrowsecurity ORDER BY 1
            """);
        var kept = new List<string>();
        foreach (var table in tables)
            if ((await _server.Database.QueryAsOwnerAsync<bool>($"SELECT EXISTS (SELECT 1 FROM {table} WHERE tenant_id = @Value)", new { tenant.Id.Value })).Single()) kept.Add(table);
        return kept;
    }
}
