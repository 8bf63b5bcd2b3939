using System.Collections.Concurrent;
using Akashi.Identity.Passwords;
using Akashi.Identity.Tenants;
using Akashi.Identity.Tokens;
using Akashi.Platform.Calendar;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.TestKit;

/// <summary>A customer with one administrator who has a password and an API token with all of a customer's permissions.</summary>
public sealed record TestTenant(TenantId Id, string SupportId, Guid UserAccountId, string UserId, string Password, string Token);

/// <summary>
/// Two customers side by side, for proving that one never sees the other. They sign in with the password alone, which keeps tests short; see
/// <see cref="RequireCodesAsync"/>. Needs a server with the Identity module:
/// <c>var tenants = await TwoTenants.CreateAsync(server);</c>
/// </summary>
public sealed class TwoTenants
{
    // The hash is dear by intention; once a process is enough for tests.
    private static readonly ConcurrentDictionary<string, string> Hashes = new(StringComparer.Ordinal);

    private readonly TestServer _server;

    private TwoTenants(TestServer server, TestTenant a, TestTenant b, TestTenant provider) => (_server, A, B, Operator) = (server, a, b, provider);

    public TestTenant A { get; }

    public TestTenant B { get; }

    /// <summary>The provider's own tenant and its operator.</summary>
    public TestTenant Operator { get; }

    public static async Task<TwoTenants> CreateAsync(TestServer server)
    {
        var terms = new ContractTerms("standard", [], false, new JstDay(new DateOnly(2026, 4, 1)), null, new Contact("申込 花子", "hanako@b.example"), new Contact("送付 太郎", "taro@b.example"));
        var second = new NewTenant("AK00000002", "二番目のお客様", TenantKind.Customer, terms, new NewUser("admin", "乙管理者", "admin@b.example", "administrator"));
        await server.Services.GetRequiredService<CreateTenant>().EnsureAsync(second, CancellationToken.None);
        var a = await PrepareAsync(server, "AK00000001", "admin", "Password-of-A-1");
        var b = await PrepareAsync(server, "AK00000002", "admin", "Password-of-B-2");
        return new TwoTenants(server, a, b, await PrepareAsync(server, SupportId.Operator, "operator", "Password-of-Op-3"));
    }

    /// <summary>From now on the tenant asks for a mailed code too, as new contracts do.</summary>
    public Task RequireCodesAsync(TestTenant tenant) =>
        _server.Database.ExecuteAsOwnerAsync("UPDATE identity.sign_in_policy SET factors = 'password+mail' WHERE tenant_id = @id", new { id = tenant.Id.Value });

    /// <summary>A browser signed in on the portal.</summary>
    public async Task<TestBrowser> SignInAsync(TestTenant tenant)
    {
        var browser = _server.CreateBrowser();
        var answer = await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", FieldsOf(tenant));
        if (browser.Cookie(ServiceHost.Portal, "__Host-akashi-session") is null) throw new InvalidOperationException($"Sign-in failed with {(int)answer.Status}: {answer.Body}");
        return browser;
    }

    /// <summary>A browser signed in on portal and console.</summary>
    public async Task<TestBrowser> SignInToConsoleAsync(TestTenant tenant)
    {
        var browser = await SignInAsync(tenant);
        var answer = await browser.GetAsync(ServiceHost.Portal, "/to/console?return=/");
        for (var hop = 0; answer.Location is { } location && hop < 5 && browser.Cookie(ServiceHost.Console, "__Host-akashi-session") is null; hop++)
            answer = await browser.GetAsync(location);
        return browser;
    }

    /// <summary>A client of the API with the tenant's token.</summary>
    public HttpClient CreateApiClient(TestTenant tenant)
    {
        var client = _server.CreateClient(ServiceHost.Api);
        client.DefaultRequestHeaders.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", tenant.Token);
        return client;
    }

    /// <summary>A client of the API that may only do what a built-in role may.</summary>
    public async Task<HttpClient> CreateApiClientAsync(TestTenant tenant, string role)
    {
        var token = await _server.Services.GetRequiredService<ApiTokens>().ReplaceAsync(tenant.Id, tenant.UserAccountId, role, Akashi.Identity.Roles.PermissionsOf(role), CancellationToken.None);
        return CreateApiClient(tenant with { Token = token });
    }

    public static IEnumerable<KeyValuePair<string, string>> FieldsOf(TestTenant tenant) =>
        [new("supportId", tenant.SupportId), new("userId", tenant.UserId), new("password", tenant.Password)];

    private static async Task<TestTenant> PrepareAsync(TestServer server, string supportId, string userId, string password)
    {
        var id = (await server.Database.QueryAsOwnerAsync<Guid>("SELECT id FROM identity.tenant WHERE support_id = @supportId", new { supportId })).Single();
        var hash = Hashes.GetOrAdd(password, text => PasswordHash.Create(text, PasswordHash.MinimumRounds));
        var user = (await server.Database.QueryAsOwnerAsync<(Guid Id, string Role)>(
            "UPDATE identity.user_account SET password_hash = @hash, state = 'active' WHERE tenant_id = @id AND user_key = @userId RETURNING id, role", new { id, userId, hash })).Single();
        await server.Database.ExecuteAsOwnerAsync("INSERT INTO identity.sign_in_policy (tenant_id, factors, changed_at) VALUES (@id, 'password', now()) ON CONFLICT (tenant_id) DO NOTHING", new { id });
        var tenant = new TenantId(id);
        var token = await server.Services.GetRequiredService<ApiTokens>().ReplaceAsync(tenant, user.Id, "test", Akashi.Identity.Roles.PermissionsOf(user.Role), CancellationToken.None);
        return new TestTenant(tenant, supportId, user.Id, userId, password, token);
    }
}
