using System.Collections.Concurrent;
using Akashi.Agent.Protocol;
using Akashi.Endpoints.Terminals;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Endpoints.Contracts;

/// <summary>What other modules may tell about terminals.</summary>
public sealed class TerminalRegister(AkashiDatabase database, TimeProvider clock)
{
    private static readonly TimeSpan SeenResolution = TimeSpan.FromSeconds(30);
    private const int MaximumRemembered = 200_000;

    private readonly ConcurrentDictionary<(TenantId, Tmid), DateTimeOffset> _lastWritten = new();

    /// <summary>Registers a terminal whose traces are imported; a terminal that is known already stays as it is.</summary>
    /// <param name="computerName">As its traces name it; may be empty.</param>
    public async Task RegisterImportedAsync(TenantId tenant, Tmid tmid, string computerName, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        const string insert = """
            INSERT INTO endpoints.terminal (tenant_id, tmid, kind, computer_name, computer_key, operating_system, agent_version, registered_at)
            VALUES (@tenant, @tmid, 'imported', @computerName, @key, '', '', @now)
            ON CONFLICT (tenant_id, tmid) DO NOTHING
            """;
        await session.ExecuteAsync(insert, new { tenant, tmid = tmid.ToString(), computerName, key = SearchKey.Of(computerName), now = clock.GetUtcNow() }, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>Notes that a terminal communicated; written at most every thirty seconds a terminal.</summary>
    public async Task SeenAsync(TenantId tenant, Tmid tmid, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (_lastWritten.TryGetValue((tenant, tmid), out var last) && now - last < SeenResolution) return;
        if (_lastWritten.Count >= MaximumRemembered) _lastWritten.Clear();
        _lastWritten[(tenant, tmid)] = now;
        await using var session = await database.OpenAsync(tenant, cancellation);
        await session.ExecuteAsync(
            "UPDATE endpoints.terminal SET last_seen_at = @now WHERE tenant_id = @tenant AND tmid = @tmid AND (last_seen_at IS NULL OR last_seen_at < @now)",
            new { tenant, tmid = tmid.ToString(), now }, cancellation);
        await session.CommitAsync(cancellation);
    }
}
