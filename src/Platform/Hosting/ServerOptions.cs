using System.Net;
using System.Net.Sockets;
using Akashi.Platform.Backup;
using Akashi.Platform.Mail.Smtp;
using Akashi.Platform.Metrics;
using Akashi.Platform.Objects;

namespace Akashi.Platform.Hosting;

/// <summary>Settings of one server node, from <c>DATA/config.json</c>, the environment (<c>AKASHI__…</c>) and the command line, later ones winning.</summary>
public sealed record ServerOptions
{
    /// <summary>Folder of everything that must survive: keys, objects, segments.</summary>
    public string Data { get; init; } = "";

    /// <summary>Port of all hosts, 1–65535; 8443 by default.</summary>
    public int Port { get; init; } = 8443;

    /// <summary>Addresses to listen on; loopback by default, so that a laptop does not serve its network unasked.</summary>
    public IReadOnlyList<string> Listen { get; init; } = ["127.0.0.1", "::1"];

    /// <summary>
    /// Addresses or networks (<c>10.0.0.0/24</c>) of balancers in front of this node, none by default. A connection from there must begin with
    /// a PROXY header, which names the client.
    /// </summary>
    public IReadOnlyList<string> Balancers { get; init; } = [];

    /// <summary>Parent of the host names, for example <c>akashi.localhost</c>.</summary>
    public string BaseDomain { get; init; } = "akashi.localhost";

    /// <summary>Npgsql connection string of the role that owns the schema; used for migrations only.</summary>
    public string OwnerConnection { get; init; } = "";

    /// <summary>Npgsql connection string of the application role, which is subject to row-level security.</summary>
    public string ApplicationConnection { get; init; } = "";

    /// <summary>Npgsql connection string of the operators' role, which sees a customer's rows only under an open grant.</summary>
    public string OperatorConnection { get; init; } = "";

    /// <summary>Region that holds the data, shown to people; the contract demands Japan.</summary>
    public string Region { get; init; } = "jp";

    /// <summary>True for a service with real tenants: start-up then refuses an unencrypted data volume.</summary>
    public bool Production { get; init; }

    /// <summary>Named consent to run production on an unencrypted volume.</summary>
    public bool AllowUnencryptedVolume { get; init; }

    /// <summary>The service's mail server.</summary>
    public SmtpOptions Smtp { get; init; } = new();

    /// <summary>Whether this node runs jobs; true by default. At least one node must.</summary>
    public bool RunJobs { get; init; } = true;

    /// <summary>Paths of the service's own programs on this machine; the agent beside them leaves them out, or each batch would cause the next.</summary>
    public IReadOnlyList<string> LocalPrograms { get; init; } = [];

    /// <summary>Where metrics and traces are sent; nowhere by default.</summary>
    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>Where objects are kept; in files below the data folder by default.</summary>
    public ObjectStoreOptions Objects { get; init; } = new();

    /// <summary>Where backups go; nowhere by default.</summary>
    public BackupOptions Backup { get; init; } = new();

    /// <summary>False on a node that only receives and serves, as one of several: the embedded trace store serves one node.</summary>
    public bool EmbeddedTraces { get; init; } = true;

    /// <summary>Where traces are searched when not in the embedded store; nowhere by default.</summary>
    public ClickHouseOptions ClickHouse { get; init; } = new();

    /// <summary>False when traces are only received and archived.</summary>
    public bool SearchesTraces => EmbeddedTraces || ClickHouse.IsSet;

    /// <summary>Folder of the key store; below the data folder by default. Several nodes share one, which is then on storage of its own.</summary>
    public string KeysFolder { get => field.Length > 0 ? field : Path.Combine(Data, "keys"); init; } = "";

    public string ObjectsFolder => Path.Combine(Data, "objects");

    public string SegmentsFolder => Path.Combine(Data, "segments");

    /// <summary>Where mail goes as files while no mail server is set.</summary>
    public string OutboxFolder => Path.Combine(Data, "outbox");

    /// <summary>Every fault of the settings at once; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (!Path.IsPathFullyQualified(Data)) faults.Add($"data: '{Data}' is not an absolute folder. Give --data DIR.");
        if (Port is < 1 or > 65535) faults.Add($"port: {Port} is not between 1 and 65535.");
        if (Uri.CheckHostName(BaseDomain) != UriHostNameType.Dns) faults.Add($"baseDomain: '{BaseDomain}' is not a domain name.");
        if (Listen.Count == 0) faults.Add("listen: no address. Use [\"127.0.0.1\", \"::1\"] or the addresses of this machine.");
        foreach (var address in Listen.Where(address => !IPAddress.TryParse(address, out _))) faults.Add($"listen: '{address}' is not an IP address.");
        foreach (var balancer in Balancers.Where(balancer => NetworkOf(balancer) is null)) faults.Add($"balancers: '{balancer}' is neither an IP address nor a network such as 10.0.0.0/24.");
        if (!Path.IsPathFullyQualified(KeysFolder)) faults.Add($"keysFolder: '{KeysFolder}' is not an absolute folder.");
        if (OwnerConnection.Length == 0) faults.Add("ownerConnection is missing. `./akashi up` writes it into DATA/config.json.");
        if (ApplicationConnection.Length == 0) faults.Add("applicationConnection is missing. `./akashi up` writes it into DATA/config.json.");
        if (OperatorConnection.Length == 0) faults.Add("operatorConnection is missing. `./akashi up` writes it into DATA/config.json.");
        if (Region != "jp") faults.Add($"region: '{Region}' is not allowed; customer data stays in Japan (jp).");
        faults.AddRange(Smtp.Faults());
        faults.AddRange(Telemetry.Faults());
        faults.AddRange(Objects.Validate("objects"));
        faults.AddRange(Backup.Validate());
        faults.AddRange(ClickHouse.Validate());
        if (EmbeddedTraces && ClickHouse.IsSet) faults.Add("embeddedTraces: true and traces.clickHouse exclude each other. Take one of them out.");
        return faults;
    }

    internal static IPNetwork? NetworkOf(string text) =>
        IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
        : IPNetwork.TryParse(text, out var network) ? network
        : null;
}
