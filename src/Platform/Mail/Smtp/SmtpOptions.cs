namespace Akashi.Platform.Mail.Smtp;

public enum SmtpSecurity
{
    /// <summary>Begins in the clear and must switch to TLS before anything is said (RFC 3207); port 587 or 25.</summary>
    StartTls,
    /// <summary>TLS from the first byte (RFC 8314); port 465.</summary>
    Tls,
    /// <summary>In the clear; to this machine alone.</summary>
    None,
}

/// <summary>The service's own mail server, <c>smtp</c> in <c>config.json</c>. Without it mail is written to <c>DIR/outbox</c>.</summary>
public sealed record SmtpOptions
{
    /// <summary>Name or address of the server; its certificate must carry it.</summary>
    public string Host { get; init; } = "";

    /// <summary>1–65535; 587 by default.</summary>
    public int Port { get; init; } = 587;

    public SmtpSecurity Security { get; init; } = SmtpSecurity.StartTls;

    /// <summary>Empty = no sign-in.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Also from the environment: AKASHI__smtp__password.</summary>
    public string Password { get; init; } = "";

    /// <summary>Sender's address.</summary>
    public string From { get; init; } = "";

    /// <summary>Sender's name, <c>Akashi</c> by default.</summary>
    public string FromName { get; init; } = "Akashi";

    /// <summary>PEM file of the authorities that may vouch for the server; the system's when empty.</summary>
    public string Authorities { get; init; } = "";

    /// <summary>Whether a tenant's own mail server may lie in a private network, and at any port; false by default, or tenants could probe ours.</summary>
    public bool AllowPrivateTenantServers { get; init; }

    internal IEnumerable<string> Faults()
    {
        if (Host.Length == 0) yield break;
        if (Uri.CheckHostName(Host) == UriHostNameType.Unknown) yield return $"smtp.host: '{Host}' is no host name.";
        if (Port is < 1 or > 65535) yield return $"smtp.port: {Port} is not between 1 and 65535.";
        if (!Mailbox.TryParse(From, out _)) yield return $"smtp.from: '{From}' is no mail address.";
        if (UserName.Length > 0 && Password.Length == 0) yield return "smtp.password is missing for smtp.userName. Set it in config.json or as AKASHI__smtp__password.";
        if (Authorities.Length > 0 && !File.Exists(Authorities)) yield return $"smtp.authorities: there is no file '{Authorities}'.";
    }
}
