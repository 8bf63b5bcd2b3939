using System.Diagnostics;
using Akashi.Identity;
using Akashi.Identity.Sessions;
using Akashi.Platform.Audit;
using Akashi.Platform.Crypto;
using Akashi.Platform.Merkle;
using Akashi.Platform.Events;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Akashi.Bench.Platform;

/// <summary>From a request's cookie to a caller whose permission is known, as every page pays for it, for sessions drawn at random over all contracts; beside a bare round trip.</summary>
internal static class SessionCheck
{
    private const int Sessions = 500;
    private const int Rounds = 10;

    public static async Task RunAsync(PlatformSetting setting, BenchReport report)
    {
        var authenticator = CreateAuthenticator(setting);
        var people = await setting.PairsAsOwnerAsync<Guid, Guid>($"SELECT tenant_id, id FROM identity.user_account WHERE state = 'active' AND password_hash = 'none' ORDER BY sha256(id::text::bytea) LIMIT {Sessions}");
        var contexts = new List<HttpContext>();
        foreach (var (tenant, id) in people)
        {
            var context = new DefaultHttpContext();
            context.Request.Headers.Cookie = $"{SessionCookie.Name}={await LargeService.OpenSessionAsync(setting, new TenantId(tenant), id)}";
            contexts.Add(context);
        }
        var times = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var context in contexts)
            {
                var started = Stopwatch.GetTimestamp();
                if (await authenticator.AuthenticateAsync(context, ServiceHost.Console) is not { } outcome || !outcome.TryGet(out var caller, out _) || !caller.Permissions.Contains(Permission.AccountSelf))
                    throw new InvalidOperationException("A session that was just opened was not accepted.");
                if (round > 0) times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds); // the first round is for the compiler and the caches
            }
        }
        times.Sort();
        BenchReport.Note($"session-check: median of {times.Count} checks of {contexts.Count} sessions, one after the other; p95 {times[times.Count * 95 / 100]:F3} ms; target 0.3 ms");
        report.AddLessIsBetter("session-check", times[times.Count / 2], "ms", "PostgreSQL SELECT 1", await RoundTripAsync(setting));
    }

    private static SessionAuthenticator CreateAuthenticator(PlatformSetting setting)
    {
        var clock = TimeProvider.System;
        var signals = new WorkSignals(setting.Database, clock);
        var audit = new AuditLog(setting.Database, new HeadSigner(setting.Keys), setting.Keys, signals, clock);
        var operators = new Akashi.Identity.Tenants.OperatorAccess(new OperatorGrants(setting.Database, audit, new EventOutbox(new ConsumerList([]), signals, clock), clock), audit, new Akashi.Identity.Contracts.TenantDirectory(setting.Database));
        return new SessionAuthenticator(setting.Database, operators, new SignInPolicy(), clock);
    }

    /// <returns>Milliseconds, the median, prepared, over one connection.</returns>
    private static async Task<double> RoundTripAsync(PlatformSetting setting)
    {
        await using var connection = new NpgsqlConnection(setting.OwnerConnection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.PrepareAsync();
        var times = new List<double>();
        for (var i = 0; i < Sessions * Rounds; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await command.ExecuteScalarAsync();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return times.Order().ElementAt(times.Count / 2);
    }
}
