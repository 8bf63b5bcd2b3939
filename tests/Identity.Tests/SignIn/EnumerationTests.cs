using System.Net;
using System.Text.RegularExpressions;
using Akashi.Identity.Passwords;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Akashi.Identity.Tests.SignIn;

/// <summary>An outsider must not learn which contracts and names exist.</summary>
public sealed partial class EnumerationTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    public async ValueTask InitializeAsync() => (_server, _tenants) = await IdentityServer.StartOwnAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task SignIn_UnknownTenantNameOrWrongPassword_AnswersAlike()
    {
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.user_account SET state = 'suspended' WHERE tenant_id = @id", new { id = _tenants.B.Id.Value });
        var known = await RefusedAsync(_tenants.A.SupportId, _tenants.A.UserId);
        Assert.Equal(known, await RefusedAsync(_tenants.A.SupportId, "nobody"));
        Assert.Equal(known, await RefusedAsync("AK99999999", _tenants.A.UserId));
        Assert.Equal(known, await RefusedAsync("no such id", "\u0001"));
        Assert.Equal(known, await RefusedAsync(_tenants.B.SupportId, _tenants.B.UserId)); // suspended
    }

    [Fact]
    public async Task SignIn_UnknownTenantNameOrWrongPassword_AsksTheDatabaseTheSame()
    {
        await RefusedAsync(_tenants.A.SupportId, _tenants.A.UserId); // whatever is done once
        var known = await StatementsAsync(_tenants.A.SupportId, _tenants.A.UserId);
        Assert.InRange(known.Calls, 3, 20);
        Assert.Equal(known, await StatementsAsync(_tenants.A.SupportId, "nobody"));
        Assert.Equal(known, await StatementsAsync("AK99999999", _tenants.A.UserId));
    }

    [Fact]
    public async Task SignIn_UnknownTenant_IsRecordedWithTheOperator()
    {
        await RefusedAsync("AK99999999", "somebody");
        var tried = await _server.Database.QueryAsOwnerAsync<string>(
            "SELECT support_id_tried || ' ' || user_key_tried || ' ' || outcome FROM identity.sign_in_record WHERE tenant_id = @id", new { id = _tenants.Operator.Id.Value });
        Assert.Equal(["AK99999999 somebody not-accepted"], tried);
    }

    [Theory]
    [InlineData("supportId")]
    [InlineData("userId")]
    [InlineData("password")]
    public async Task SignIn_OversizedField_IsRefusedWithoutWork(string field)
    {
        var fields = TwoTenants.FieldsOf(_tenants.A).ToDictionary(pair => pair.Key, pair => pair.Key == field ? new string('x', 257) : pair.Value, StringComparer.Ordinal);
        using var browser = _server.CreateBrowser();
        var before = await RecordsAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", fields)).Status);
        Assert.Equal(before, await RecordsAsync());
    }

    [Fact]
    public async Task SignIn_QueueFull_AsksToComeBackAndCountsNothing()
    {
        var queue = _server.Services.GetRequiredService<PasswordQueue>();
        var places = new List<IDisposable>();
        while (queue.TryEnter() is { } place) places.Add(place);
        using var browser = _server.CreateBrowser();
        var answer = await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", TwoTenants.FieldsOf(_tenants.A));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.NotNull(answer.Message.Headers.RetryAfter);
        Assert.Equal(0, await RecordsAsync());
        places.ForEach(place => place.Dispose());
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", TwoTenants.FieldsOf(_tenants.A))).Status);
    }

    private async Task<string> RefusedAsync(string supportId, string userId)
    {
        using var browser = _server.CreateBrowser();
        var answer = await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", [new("supportId", supportId), new("userId", userId), new("password", "Wrong-guess-1")]);
        var headers = string.Join('\n', answer.Message.Headers.Select(header => header.Key).Order(StringComparer.Ordinal));
        return $"{answer.Status}\n{headers}\n{TypedOrRandom().Replace(answer.Body, "")}";
    }

    private Task<long> RecordsAsync() => CountAsync("SELECT count(*) FROM identity.sign_in_record");

    private async Task<long> CountAsync(string sql) => (await _server.Database.QueryAsOwnerAsync<long>(sql)).Single();

    /// <summary>What one sign-in does in the database: statements, commits, rows written to the log of attempts.</summary>
    private async Task<(long Calls, long Records)> StatementsAsync(string supportId, string userId)
    {
        using var counter = new StatementCounter(new NpgsqlConnectionStringBuilder(_server.Database.ApplicationConnection).Database!);
        var before = await RecordsAsync();
        counter.Reset();
        await RefusedAsync(supportId, userId);
        return (counter.Count, await RecordsAsync() - before);
    }

    // The page shows again what was typed, and a fresh form token.
    [GeneratedRegex("value=\"[^\"]*\"|autofocus", RegexOptions.None, 1000)]
    private static partial Regex TypedOrRandom();
}
