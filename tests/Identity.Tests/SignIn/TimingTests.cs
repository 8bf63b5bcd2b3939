using System.Diagnostics;
using Akashi.Identity.Activation;
using Akashi.Identity.Passwords;
using Akashi.Identity.Sessions;
using Akashi.Identity.SignIn;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Identity.Tests.SignIn;

/// <summary>Whether existence can be told by time. Few samples in the daily run; AKASHI_LONG=1 takes 2 000 pairs a route.</summary>
public sealed class TimingTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("AKASHI_LONG") == "1";
    private static readonly int Pairs = Long ? 2000 : 200;
    private TestServer _server = null!;
    private TwoTenants _tenants = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync([new IdentityModule(), new Portal.PortalModule()], services =>
            services.AddSingleton(new SignInPolicy { MaximumFailures = int.MaxValue, MaximumLinksPerName = int.MaxValue, MaximumLinksPerAddress = int.MaxValue }));
        _tenants = await TwoTenants.CreateAsync(_server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>With a cheap hash, so that its scatter cannot hide what the other steps cost.</summary>
    [Fact]
    public async Task Judge_KnownAndUnknownName_TakeTheSameTime()
    {
        const int rounds = 1000;
        var judge = new PasswordJudge(
            _server.Database.Application, _server.Services.GetRequiredService<TypedNames>(), _server.Services.GetRequiredService<PasswordQueue>(), new SignInPolicy { MaximumFailures = int.MaxValue, PasswordRounds = rounds }, _server.Services.GetRequiredService<SignInMetrics>(), _server.Clock);
        var cheap = $"v1$pbkdf2-sha512${rounds}${Convert.ToBase64String(new byte[16])}${Convert.ToBase64String(new byte[32])}";
        await _server.Database.ExecuteAsOwnerAsync("UPDATE identity.user_account SET password_hash = @cheap", new { cheap });
        Task TryAsync(string supportId, string userId) =>
            judge.JudgeAsync(new Attempt(supportId, userId, "Wrong-guess-1", "127.0.0.1"), (_, _) => Task.CompletedTask, CancellationToken.None);
        await AssertAlikeAsync("unknown name", Pairs, () => TryAsync(_tenants.A.SupportId, _tenants.A.UserId), () => TryAsync(_tenants.A.SupportId, "nobody"));
        await AssertAlikeAsync("unknown contract", Pairs, () => TryAsync(_tenants.A.SupportId, _tenants.A.UserId), () => TryAsync("AK99999999", _tenants.A.UserId));
    }

    [Fact]
    public async Task Token_OfAKnownAndAnUnknownTenant_AreRefusedInTheSameTime()
    {
        using var client = _server.CreateClient(ServiceHost.Api);
        var known = $"akt_{_tenants.B.Id}_{new string('A', 43)}";
        var unknown = $"akt_{TenantId.New(TimeProvider.System)}_{new string('A', 43)}";
        async Task AskAsync(string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me") { Headers = { Authorization = new("Bearer", token) } };
            using var answer = await client.SendAsync(request);
            Assert.Equal(System.Net.HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        await AssertAlikeAsync("token", Pairs, () => AskAsync(known), () => AskAsync(unknown));
    }

    /// <summary>Mails go out in the background meanwhile, for the known name alone.</summary>
    [Fact]
    public async Task Link_AskedForUnderAKnownAndAnUnknownName_TakesTheSameTime()
    {
        var requests = _server.Services.GetRequiredService<LinkRequests>();
        Task AskAsync(string supportId, string userId) => requests.AskAsync(supportId, userId, "127.0.0.1", "ja", CancellationToken.None);
        await AssertAlikeAsync("link for an unknown name", Pairs, () => AskAsync(_tenants.A.SupportId, _tenants.A.UserId), () => AskAsync(_tenants.A.SupportId, "nobody"));
        await AssertAlikeAsync("link in an unknown contract", Pairs, () => AskAsync(_tenants.B.SupportId, "nobody"), () => AskAsync("AK99999999", "nobody"));
    }

    [Fact]
    public async Task Code_InAKnownAndAnUnknownTenant_IsRefusedInTheSameTime()
    {
        var codes = _server.Services.GetRequiredService<SignInCodes>();
        async Task TryAsync(TenantId tenant)
        {
            var (text, secret) = TenantSecret.Create(tenant, '.');
            Assert.NotNull(await codes.JudgeAsync(secret, text, 123456, "127.0.0.1", (_, _) => Task.CompletedTask, CancellationToken.None));
        }
        var unknown = TenantId.New(TimeProvider.System);
        await AssertAlikeAsync("code", Pairs, () => TryAsync(_tenants.A.Id), () => TryAsync(unknown));
    }

    [Fact]
    public async Task Session_OfAKnownAndAnUnknownTenant_AreRefusedInTheSameTime()
    {
        using var client = _server.CreateClient(ServiceHost.Portal);
        var known = $"{_tenants.B.Id}.{new string('A', 43)}";
        var unknown = $"{TenantId.New(TimeProvider.System)}.{new string('A', 43)}";
        async Task AskAsync(string session)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.Add("Cookie", SessionCookie.Name + "=" + session);
            using var answer = await client.SendAsync(request);
            Assert.Equal(System.Net.HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        await AssertAlikeAsync("session", Pairs, () => AskAsync(known), () => AskAsync(unknown));
    }

    [Fact]
    public async Task SessionCheck_OneRequest_IsOneRoundTrip()
    {
        using var browser = await _tenants.SignInAsync(_tenants.A);
        var authenticator = _server.Services.GetServices<ICallerAuthenticator>().OfType<SessionAuthenticator>().Single();
        var context = new DefaultHttpContext { RequestServices = _server.Services };
        context.Request.Headers.Cookie = $"{SessionCookie.Name}={browser.Cookie(ServiceHost.Portal, SessionCookie.Name)}";
        using var counter = new StatementCounter(new Npgsql.NpgsqlConnectionStringBuilder(_server.Database.ApplicationConnection).Database!);
        Assert.NotNull(await authenticator.AuthenticateAsync(context, ServiceHost.Portal));
        Assert.Equal(1, counter.Count);
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 500; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await authenticator.AuthenticateAsync(context, ServiceHost.Portal);
            if (Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < best) best = elapsed;
        }
        output.WriteLine($"session check: {best.TotalMilliseconds:F3} ms at best");
    }

    [Theory]
    [InlineData(0.0, true)]
    [InlineData(5.0, false)]
    public void MannWhitney_ShiftedSamples_AreToldApart(double shift, bool alike)
    {
        var first = Enumerable.Range(0, 1000).Select(i => (i * 7919) % 1000 / 10.0);
        var second = Enumerable.Range(0, 1000).Select(i => ((i * 104_729) % 1000 / 10.0) + shift);
        Assert.Equal(alike, TimingComparison.MannWhitney([.. first], [.. second]) > 0.01);
    }

    private async Task AssertAlikeAsync(string what, int pairs, Func<Task> one, Func<Task> other)
    {
        var (alike, figures) = await TimingComparison.AreAlikeAsync(pairs, one, other);
        output.WriteLine($"{what}: {figures}");
        Assert.True(alike, $"{what}: {figures}");
    }
}
