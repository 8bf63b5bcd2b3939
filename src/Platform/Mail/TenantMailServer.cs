using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Hosting;
using Akashi.Platform.Mail.Smtp;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Mail;

/// <summary>A tenant's own mail server, as people set it; the password is kept apart and never read back.</summary>
public sealed record MailServerSetting(string Host, int Port, SmtpSecurity Security, string UserName, string FromAddress, string FromName, bool HasPassword);

/// <summary>Keeps and tries the mail servers that tenants bring along.</summary>
public sealed class TenantMailServer(AkashiDatabase database, KeyStore keys, ServerOptions options, TimeProvider clock)
{
    private const int MaximumText = 200;
    private static readonly int[] MailPorts = [25, 465, 587, 2525];

    private const string Find = "SELECT host, port, security, user_name, sealed_password, from_address, from_name FROM platform.smtp_setting";

    private const string Save = """
        INSERT INTO platform.smtp_setting (tenant_id, host, port, security, user_name, sealed_password, from_address, from_name, updated_at, updated_by)
        VALUES (@Tenant, @Host, @Port, @security, @UserName, @sealedPassword, @FromAddress, @FromName, @now, @by)
        ON CONFLICT (tenant_id) DO UPDATE SET host = excluded.host, port = excluded.port, security = excluded.security, user_name = excluded.user_name,
            sealed_password = excluded.sealed_password, from_address = excluded.from_address, from_name = excluded.from_name, updated_at = excluded.updated_at, updated_by = excluded.updated_by
        """;

    public async Task<MailServerSetting?> FindAsync(TenantId tenant, CancellationToken cancellation) =>
        await database.QueryOnceAsync<Row>(tenant, Find, null, cancellation) is [var row] ? row.ToSetting() : null;

    /// <summary>What is wrong with the setting, or null.</summary>
    public Failure? Validate(MailServerSetting setting)
    {
        if (setting.Host.Length > 253 || Uri.CheckHostName(setting.Host) == UriHostNameType.Unknown) return new MailServerInvalid("host", setting.Host);
        if (setting.Port is < 1 or > 65535 || (!AllowsPrivate && !MailPorts.Contains(setting.Port))) return new MailServerInvalid("port", $"{setting.Port}");
        if (!Mailbox.TryParse(setting.FromAddress, out _)) return new MailServerInvalid("fromAddress", setting.FromAddress);
        if (setting.UserName.Length > MaximumText || setting.UserName.Any(char.IsControl)) return new MailServerInvalid("userName", setting.UserName);
        return setting.FromName.Length > MaximumText ? new MailServerInvalid("fromName", setting.FromName) : null;
    }

    /// <param name="password">Null keeps the one that is there, unless host or user name changed: a kept password must not be shown to another server.</param>
    public async Task SaveAsync(TenantSession session, MailServerSetting setting, string? password, string by, CancellationToken cancellation)
    {
        var known = await session.QueryFirstOrDefaultAsync<Row>(Find, cancellation: cancellation);
        var kept = known is not null && known.Host == setting.Host && known.UserName == setting.UserName ? known.SealedPassword : null;
        var sealedPassword = password is null ? kept : MailSeal.Seal(keys, session.Tenant, Guid.Empty, password);
        await session.ExecuteAsync(Save, new
        {
            session.Tenant, setting.Host, setting.Port, security = SecurityText(setting.Security), setting.UserName, sealedPassword, setting.FromAddress,
            FromName = OneLine.Of(setting.FromName, MaximumText), now = clock.GetUtcNow(), by,
        }, cancellation);
    }

    public Task RemoveAsync(TenantSession session, CancellationToken cancellation) => session.ExecuteAsync("DELETE FROM platform.smtp_setting", cancellation: cancellation);

    /// <summary>Sends a mail through the saved server at once and tells what the server said.</summary>
    public async Task<MailTestResult> TestAsync(TenantId tenant, string toAddress, string language, CancellationToken cancellation)
    {
        if (await OpenAsync(tenant, cancellation) is not { } transport) return new MailTestResult(false, "");
        var now = clock.GetUtcNow();
        var (subject, text) = MailTemplates.Test.Render(language, new Dictionary<string, string>(StringComparer.Ordinal));
        await using (transport)
        {
            return await transport.SendAsync(new TakenMail(Guid.CreateVersion7(now), now, language, toAddress, "", subject, text, 1, 0, now), cancellation) switch
            {
                Delivery.Done done => new MailTestResult(true, done.Note),
                Delivery.Refused refused => new MailTestResult(false, refused.Note),
                Delivery.Later later => new MailTestResult(false, later.Note),
                var other => throw new InvalidOperationException($"A delivery cannot end as {other.GetType().Name}."),
            };
        }
    }

    /// <returns>Null when the tenant has no server of its own.</returns>
    internal async Task<IMailTransport?> OpenAsync(TenantId tenant, CancellationToken cancellation)
    {
        if (await database.QueryOnceAsync<Row>(tenant, Find, null, cancellation) is not [var row] || !Mailbox.TryParse(row.FromAddress, out var from)) return null;
        var password = row.SealedPassword is { } secret ? MailSeal.Open(keys, tenant, Guid.Empty, secret) : "";
        var server = new SmtpServer(row.Host, row.Port, row.ToSetting().Security, row.UserName, password, from, row.FromName, Authorities: null, AllowsPrivate);
        return new SmtpTransport(server, options.BaseDomain);
    }

    private bool AllowsPrivate => options.Smtp.AllowPrivateTenantServers;

    private static string SecurityText(SmtpSecurity security) => security.ToString().ToLowerInvariant();

    private sealed record Row(string Host, int Port, string Security, string UserName, byte[]? SealedPassword, string FromAddress, string FromName)
    {
        public MailServerSetting ToSetting() => new(Host, Port, Enum.Parse<SmtpSecurity>(Security, ignoreCase: true), UserName, FromAddress, FromName, SealedPassword is not null);
    }
}

/// <param name="Answer">The server's own words, or why none came; empty when no server is set.</param>
public sealed record MailTestResult(bool Accepted, string Answer);
